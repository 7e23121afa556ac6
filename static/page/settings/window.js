// The window of settings: who plans, what plays, the usual choices, room on the disk, and a report of a problem.
import { call } from '../api.js';
import { openDialog } from '../dialog.js';
import { el } from '../dom.js';
import { Saying } from '../learned/saying.js';
import { ModelFields } from './model.js';
import { PlayFields } from './play.js';
import { Report } from './report.js';
import { Room } from './room.js';
import { section } from './section.js';

/**
 * Open the settings. `place` is where the window hangs, `project()` gives the story that is open ('' = none),
 * `changed()` is called once something else was chosen, `models(pack)` opens the window of models, at one of them where it is named.
 */
export function openSettings({ place, project = () => '', changed = () => {}, models = null }) {
  return new SettingsWindow({ place, project, changed, models });
}

/** The open window. */
class SettingsWindow {
  constructor({ place, project, changed, models }) {
    Object.assign(this, { project, changed, models });
    this.saying = new Saying();
    this.body = el('div', { class: 'settings-body' }, el('p', { class: 'note', text: 'Looking what is chosen …' }));
    this.dialog = openDialog(place, 'Settings', this.body);
    this.dialog.classList.add('settings');
    this.load();
  }

  get open() {
    return this.dialog.open;
  }

  async load() {
    const view = await this.saying.attempt(() => call('settings'));
    if (!view) { this.body.replaceChildren(this.saying.root); return; }
    this.room = new Room((work) => this.saying.attempt(work));
    const report = new Report(view.version, this.project);
    this.body.replaceChildren(...(view.shared ? [...shared(view), this.saying.root] : this.own(view)), this.room.root, report.root);
    await Promise.all([this.room, report].map((part) => this.saying.attempt(() => part.load())));
  }

  /** The form of somebody's own studio. */
  own(view) {
    this.model = new ModelFields((told) => this.saying.attempt(() => call('settings_test', told)));
    this.play = new PlayFields(this.models && ((pack) => { this.dialog.close(); this.models(pack); }));
    this.keep = el('button', { type: 'submit', class: 'accent', text: 'Keep these settings' });
    const foot = el('div', { class: 'settings-foot' }, this.keep, this.saying.root);
    const form = el('form', { class: 'settings-form', autocomplete: 'off' }, this.model.root, this.play.root, foot);
    form.addEventListener('submit', (event) => { event.preventDefault(); this.send(); });
    this.draw(view);
    return [form];
  }

  draw(view) {
    this.model.draw(view);
    this.play.draw(view);
  }

  async send() {
    this.keep.disabled = true;
    const view = await this.saying.attempt(() => call('settings_keep', { ...this.model.told, ...this.play.told }));
    this.keep.disabled = false;
    if (!view) return;
    this.draw(view);
    this.saying.tell('These settings are kept.');
    this.changed();
  }
}

/** What a visitor of a shared studio is told instead of a form. */
function shared({ why, allowance }) {
  const lines = el('ul', { class: 'settings-lines' }, ...allowance.map((text) => el('li', { text })));
  return [section('This studio is shared', el('p', { text: why }), lines)];
}
