// @ts-check
// What is seldom needed: choosing several boxes, order in depth, paths, snapping, and the stage as the model sees it.
import { el } from '../page/dom.js';
import { commandButton } from './inspector.js';
import { keyframeOf } from './look.js';

/** Switches: the command, its words, and whether it is on. @type {[string, string, (look: import('./look.js').Look) => boolean][]} */
const SWITCHES = [
  ['marquee', 'Choose several', (look) => look.tool === 'marquee'],
  ['onion-skin', 'Before and after', (look) => look.onion],
  ['toggle-path', 'Path', (look) => look.path],
  ['toggle-guides', 'Thirds', (look) => look.thirds],
  ['toggle-snap', 'Snap to lines', (look) => look.snap],
  ['toggle-snap-others', 'Snap to boxes', (look) => look.snapOthers],
  ['toggle-cells', 'As the model sees it', (look) => look.cells],
];

export class More {
  /** @param {import('./timeline.js').Actions} actions */
  constructor(actions) {
    this.actions = actions;
    this.switches = SWITCHES.map(([command, words, on]) => ({ button: commandButton(actions, command, words), on }));
    this.edits = [['bring-forward', 'To the front'], ['send-back', 'To the back'], ['reverse', 'Turn the path round'], ['interpolate', 'Even out the path'],
      ['copy-following', 'Copy to all following'], ['zoom-fit', 'Whole stage']].map(([command, words]) => commandButton(actions, command, words));
    this.strip = el('div', { class: 'latents', role: 'group', 'aria-label': 'What the model sees, frame by frame' });
    this.root = el('details', { class: 'editor-more' }, el('summary', { text: 'More' }),
      el('div', { class: 'buttons' }, ...this.switches.map(({ button }) => button)), el('div', { class: 'buttons' }, ...this.edits), this.strip);
    /** @type {HTMLElement[]} */
    this.latents = [];
  }

  /** @param {import('./look.js').View} view */
  draw({ head, look }) {
    for (const { button, on } of this.switches) button.setAttribute('aria-pressed', String(on(look)));
    this.strip.hidden = !look.cells;
    if (this.latents.length !== head.stage.latent_frames) this.build(head.stage);
    this.latents.forEach((latent, at) => latent.setAttribute('aria-pressed', String(at === look.latent)));
  }

  build(/** @type {any} */ stage) {
    this.latents = Array.from({ length: stage.latent_frames }, (_, latent) => {
      const keyframe = keyframeOf(stage, latent);
      const button = el('button', { type: 'button', text: String(latent + 1), title: `Step ${latent + 1} of the model, keyframe ${keyframe + 1}` });
      button.classList.toggle('odd', keyframe % 2 === 1);
      button.addEventListener('click', () => this.actions.set({ keyframe, latent }));
      return button;
    });
    this.strip.replaceChildren(...this.latents);
  }
}
