// The four steps of a story as tabs: Story, Boards, Cast & Motions, Film. Each can be gone to at any time.
import { el } from '../dom.js';
import { rememberStep, stepInAddress } from '../selection.js';
import { Marks } from './marks.js';

/** The steps in their order. */
export const STEPS = ['story', 'boards', 'cast', 'film'];
const WORDS = { story: 'Story', boards: 'Boards', cast: 'Cast & Motions', film: 'Film' };
const FIRST = 'boards'; // where most of the work is done
const AT_TOP_PX = 4;

/**
 * The bar of steps and what each shows. `panels` is `{story, boards, cast, film}`: the elements of each; `leave(name)` hears
 * which step goes out of sight, `say(words)` tells which one is shown.
 */
export class Steps {
  constructor({ panels, say, leave = () => {} }) {
    Object.assign(this, { say, leave });
    this.now = FIRST;
    this.shown = new Map(STEPS.map((name) => [name, []]));
    this.tabs = new Map(STEPS.map((name, at) => [name, this.tab(name, at + 1)]));
    this.marks = new Marks(new Map([...this.tabs].map(([name, { mark }]) => [name, mark])));
    this.bar = el('div', { class: 'step-tabs', role: 'tablist', 'aria-label': 'Steps of the story' }, ...[...this.tabs.values()].map(({ root }) => root));
    this.root = el('nav', { class: 'steps', 'aria-label': 'Steps' }, this.bar);
    this.panels = new Map(STEPS.map((name) => [name, this.wrap(name, panels[name])]));
    this.bar.addEventListener('keydown', (event) => this.walk(event));
    this.show(FIRST);
  }

  tab(name, number) {
    const mark = el('small', { class: 'mark' });
    const root = el('button', { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `step-${name}`, 'aria-keyshortcuts': `Alt+${number}`, title: `Alt+${number}` },
      el('span', { class: 'step-name', text: WORDS[name] }), mark);
    root.addEventListener('click', () => this.go(name));
    return { root, mark };
  }

  wrap(name, content) {
    return el('section', { class: 'step', role: 'tabpanel', id: `step-${name}`, 'aria-labelledby': `tab-${name}` }, ...content);
  }

  /** Give the tab of a step. */
  tabOf(name) {
    return this.tabs.get(name).root;
  }

  /** Give the element that a step shows, for parts that put something into it. */
  panel(name) {
    return this.panels.get(name);
  }

  /** Call back whenever a step comes into sight. */
  onShow(name, callback) {
    this.shown.get(name).push(callback);
  }

  /** Go to a step; the address keeps it, so that Back and a reload find it. `focus` gives its tab the keyboard. */
  go(name, { focus = false } = {}) {
    if (!this.tabs.has(name)) return;
    if (focus) this.tabs.get(name).root.focus({ preventScroll: true });
    if (name === this.now) return;
    rememberStep(name === FIRST ? '' : name);
    this.show(name);
    if (this.root.getBoundingClientRect().top < 0) this.root.scrollIntoView({ block: 'start' });
    this.say(`${WORDS[name]}: step ${STEPS.indexOf(name) + 1} of ${STEPS.length}.`);
  }

  /** Show the step that the address names, as after a reload or Back. */
  follow() {
    const named = stepInAddress();
    this.show(STEPS.includes(named) ? named : FIRST);
  }

  show(name) {
    const before = this.now;
    this.now = name;
    for (const [one, { root }] of this.tabs) {
      root.setAttribute('aria-selected', String(one === name));
      root.tabIndex = one === name ? 0 : -1;
      this.panels.get(one).hidden = one !== name;
    }
    reveal(this.bar, this.tabs.get(name).root);
    if (before !== name) this.leave(before);
    for (const callback of this.shown.get(name)) callback();
  }

  /** Show how far each step is and what is stale in it. */
  draw(view) {
    this.marks.draw(view);
  }

  /** Show the work that goes on. */
  live(jobs) {
    this.marks.live(jobs);
  }

  walk(event) {
    const at = STEPS.indexOf(this.now);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: STEPS.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.go(STEPS[(to + STEPS.length) % STEPS.length], { focus: true });
  }

  /** Alt with 1 to 4 goes to a step; gives whether a key did. */
  pressed(event) {
    const { altKey, ctrlKey, metaKey, shiftKey, code } = event;
    const name = altKey && !ctrlKey && !metaKey && !shiftKey && STEPS[Number((/^Digit([1-4])$/.exec(code) || [])[1]) - 1];
    if (!name) return false;
    event.preventDefault();
    this.go(name, { focus: true });
    return true;
  }
}

/** Bring a tab into sight where the bar scrolls. */
function reveal(bar, tab) {
  const [view, box] = [bar.getBoundingClientRect(), tab.getBoundingClientRect()];
  if (box.left < view.left) bar.scrollLeft += box.left - view.left - AT_TOP_PX;
  if (box.right > view.right) bar.scrollLeft += box.right - view.right + AT_TOP_PX;
}
