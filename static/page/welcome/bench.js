// One scene of the first page's story: its boxes to drag, the button that renders it, and the take that comes of it.
import { Editor } from '../../editor/editor.js';
import { button, el } from '../dom.js';
import { fillMeter, progressWords } from '../progress.js';
import { TakeView } from '../takeview.js';

/**
 * The bench; `send(op)` keeps an edit, `render(scene)` asks for a take, `cancel(job)` ends it and gives whether the studio was
 * told, `details(scene, take)` promises what is told of one.
 */
export class Bench {
  constructor({ send, render, cancel, details, say }) {
    Object.assign(this, { render, details });
    this.editor = new Editor({ send: (op) => this.touched(op, send), say });
    this.view = new TakeView();
    this.line = el('p', { class: 'bench-line' });
    this.button = el('button', { type: 'button', class: 'accent' });
    this.button.addEventListener('click', () => this.ask());
    this.caption = el('p', { class: 'caption', 'aria-live': 'polite' });
    this.meter = el('progress', { max: 1 });
    this.stop = button('quiet', 'Cancel', async () => {
      this.stop.disabled = true;
      if (!await cancel(this.job)) this.stop.disabled = false;
    });
    this.going = el('div', { class: 'going', hidden: true }, this.meter, this.stop);
    this.root = el('section', { class: 'bench', 'aria-label': 'The open scene' }, this.line,
      el('div', { class: 'bench-pair' }, el('div', { class: 'editor-place' }, this.editor.root),
        el('div', { class: 'bench-take' }, this.view.root, this.caption, this.going)));
    this.root.addEventListener('pointerdown', (event) => { if (event.target.closest('.boxes-stage')) this.calm(); });
    this.root.addEventListener('keydown', (event) => this.pressed(event));
    this.job = null;
  }

  /** The pulsing handle has said what it had to. */
  calm() {
    this.root.classList.remove('inviting');
  }

  touched(op, send) {
    this.calm();
    return send(op);
  }

  /** Ctrl+Enter renders the scene, as everywhere. */
  pressed(event) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    event.preventDefault();
    this.ask();
  }

  async ask() {
    if (this.job || this.asking) return;
    this.asking = true;
    this.button.disabled = true;
    this.editor.flush();
    await this.render(this.scene.id);
    this.asking = false;
    this.drawButton();
  }

  /**
   * Show a scene as the one of that number; `box` names the one whose handle pulses ('' for none), `cost` says what a draft takes.
   */
  draw(scene, head, { number, box, cost, label = '' }) {
    const other = !this.scene || this.scene.id !== scene.id || this.project !== head.project;
    if (!this.scene || this.scene.id !== scene.id) this.view.clear();
    Object.assign(this, { scene, project: head.project, number, cost });
    this.editor.draw(scene, head, label ? { label } : {});
    if (other && box) this.invite(box);
    if (box) this.invited = { scene: scene.id, box };
    this.say();
    this.drawTake();
    this.drawButton();
  }

  invite(box) {
    this.editor.set({ selected: [box] });
    this.root.classList.add('inviting');
  }

  /** The one line: what to do, with the button in it; it stays the same once the box was touched. */
  say() {
    const { scene, box } = this.invited || {};
    const region = scene === this.scene.id && this.scene.regions.find(({ id }) => id === box);
    const what = region ? `Drag the ghost of ${region.name}, then ` : 'Drag a box, then ';
    this.line.replaceChildren(what, this.button, this.cost ? `: ${this.cost} here.` : '.');
  }

  drawButton() {
    const busy = Boolean(this.job || this.asking);
    this.button.textContent = busy ? 'Rendering …' : `Render scene ${this.number}`;
    this.button.disabled = busy;
  }

  /** Show the work on this scene, or that there is none. */
  live(job) {
    const before = this.job;
    this.job = job;
    this.going.hidden = !job;
    if (!before || !job || before.id !== job.id) this.stop.disabled = false;
    if (job) { fillMeter(this.meter, job); this.drawTake(); }
    if (Boolean(before) !== Boolean(job)) this.drawButton();
  }

  drawTake() {
    const take = this.scene.takes.find(({ chosen }) => chosen);
    const words = this.job ? progressWords(this.job) : (take ? take.note : 'No take yet');
    if (this.caption.textContent !== words) this.caption.textContent = words;
    this.view.switch.hidden = true;
    if (this.job && this.job.preview) { this.view.preview(this.scene, this.job.preview); return; }
    if (this.view.shown === 'preview' && this.job) return;
    if (!take) this.view.none();
    else if (this.view.play(take)) this.tell(take);
  }

  async tell(take) {
    const details = await this.details(this.scene.id, take.id);
    const now = this.scene.takes.find(({ chosen }) => chosen);
    if (details && now && now.id === take.id && this.view.film) this.view.film.told(details);
  }

  /** The page of a story comes. */
  leave() {
    this.editor.flush();
    this.editor.stop();
    for (const video of this.root.querySelectorAll('video')) video.pause();
  }
}
