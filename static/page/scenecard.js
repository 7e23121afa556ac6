// One scene on the board: its number, title, picture, who does what, how long its narration reads, and its badges.
import { el } from './dom.js';
import { thirdOfSheet, fullest, picture } from './animatic.js';
import { gravest } from './findings.js';

const SHOTS = { wide: 'wide shot', full: 'full figure', medium: 'medium shot', close: 'close-up' };

/** Give the name of a box: who plays there, or what it is told to do; one that nobody has said anything of is somebody new. */
export function nameOf({ character_id: character, description, name }) {
  return character || description ? name : 'Somebody new';
}

/** A card; `pick()` selects its scene and `menu(button)` opens its menu. */
export class SceneCard {
  constructor(id, { pick, menu }) {
    this.id = id;
    this.number = el('span', { class: 'number' });
    this.thumb = el('span', { class: 'thumb' });
    this.title = el('strong');
    this.facts = el('span', { class: 'facts' });
    this.acts = el('span', { class: 'acts' });
    this.words = el('span', { class: 'said-first' });
    this.badges = el('span', { class: 'badges' });
    this.pick = el('button', { type: 'button', class: 'pick', tabindex: -1 }, this.thumb, this.number,
      el('span', { class: 'told' }, this.title, this.facts, this.acts, this.words, this.badges));
    this.grip = el('span', { class: 'grip', 'aria-hidden': 'true', text: '⠿' });
    this.more = el('button', { type: 'button', class: 'quiet card-menu', tabindex: -1, 'aria-haspopup': 'menu', text: '⋯' });
    this.root = el('li', { class: 'scene-card', 'data-scene': id }, this.pick, this.grip, this.more);
    this.pick.addEventListener('click', pick);
    this.more.addEventListener('click', () => menu(this.more));
    this.root.addEventListener('contextmenu', (event) => { event.preventDefault(); menu(this.more); });
  }

  /** Show a SceneView as the card of that number, its picture as wide by high as the stage; does nothing where nothing changed. */
  draw(scene, number, selected, aspect) {
    if (this.number.textContent !== String(number)) this.number.textContent = number;
    this.root.classList.toggle('selected', selected);
    if (selected) this.pick.setAttribute('aria-current', 'true');
    else this.pick.removeAttribute('aria-current');
    if (scene === this.scene) return;
    this.scene = scene;
    this.title.textContent = scene.title || 'Untitled';
    this.more.setAttribute('aria-label', `What to do with “${this.title.textContent}”`);
    this.more.title = 'Duplicate, split, merge, move, remove';
    this.words.textContent = scene.narration;
    this.drawThumb(scene, aspect);
    this.drawFacts(scene);
    this.drawActs(scene);
    this.drawBadges();
  }

  drawThumb(scene, aspect) {
    const take = scene.takes.find(({ chosen }) => chosen);
    const made = take && take.sheet ? take.sheet : JSON.stringify([scene.mine, scene.picture, scene.regions.map(({ keys, colour, layer }) => [keys, colour, layer])]);
    if (made === this.pictured) return;
    this.pictured = made;
    this.thumb.style.aspectRatio = String(aspect);
    this.thumb.replaceChildren(take && take.sheet ? thirdOfSheet(take) : picture(scene, fullest(scene), aspect));
  }

  drawFacts({ shot_size: shot, camera, reading }) {
    const parts = [[SHOTS[shot] || shot, camera].filter(Boolean).join(' · '), reading && reading.words].filter(Boolean);
    this.facts.replaceChildren(...parts.map((text) => el('span', { text })));
  }

  drawActs({ regions }) {
    const acts = regions.map((region) => el('span', { class: 'act' }, dot(region.colour), [nameOf(region), region.motion].filter(Boolean).join(' · ')));
    this.acts.replaceChildren(...acts);
  }

  /** Show the work on this scene, or that there is none. */
  live(job) {
    const words = job ? (job.state === 'running' ? `rendering${job.step ? ` ${job.step} of ${job.total}` : ''}` : 'waiting to render') : '';
    if (words === (this.working || '')) return;
    this.working = words;
    this.root.classList.toggle('busy', Boolean(job));
    this.drawBadges();
  }

  drawBadges() {
    const { state, regions, findings } = this.scene;
    const badges = [this.working ? badge(this.working, 'working') : badge(state === 'stale' ? 'outdated' : state, state)];
    if (regions.some((region) => region.to_learn)) badges.push(badge('to learn', 'learn'));
    const worst = gravest(findings);
    if (worst) {
      const mark = badge(`${worst.mark} ${worst.number}`, worst.severity);
      mark.setAttribute('aria-label', worst.words);
      mark.setAttribute('role', 'img');
      mark.title = worst.words;
      badges.push(mark);
    }
    this.badges.replaceChildren(...badges);
  }
}

/** Make the round mark of a character's colour. */
export function dot(colour) {
  const mark = el('i', { class: 'dot', 'aria-hidden': 'true' });
  mark.style.background = colour;
  return mark;
}

function badge(words, kind) {
  return el('span', { class: `badge ${kind}`, text: words });
}
