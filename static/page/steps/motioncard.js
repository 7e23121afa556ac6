// The card of one motion: its state, a sample of what was learned, the work on it, and the button to its clips.
import { el } from '../dom.js';
import { learningWords } from '../learned/words.js';
import { stateWords } from '../motions/words.js';
import { fillMeter, progressWords } from '../progress.js';
import { Strip } from '../strip.js';

const BADGES = { known: ['known', 'badge'], learned: ['learned', 'badge done'], to_learn: ['to learn', 'badge learn'] };

/** A card; `open()` opens the motion's clips, `show(scene)` shows a scene. */
export class MotionCard {
  constructor(id, { open, show }) {
    this.show = show;
    this.words = el('h4');
    this.badge = el('span');
    this.state = el('p', { class: 'motion-state' });
    this.scenes = el('p', { class: 'motion-scenes' });
    this.strip = new Strip('What was learned, as a sample');
    this.meter = el('progress', { max: 1, hidden: true });
    this.button = el('button', { type: 'button', class: 'plain', 'aria-haspopup': 'dialog' });
    this.button.addEventListener('click', open);
    this.strip.root.hidden = true;
    this.root = el('li', { class: 'motion-card', 'data-motion': id }, el('header', {}, this.words, this.badge), this.strip.root,
      this.state, this.meter, this.scenes, this.button);
    this.job = null;
  }

  /** Show a motion, with what the studio told of it as far as it has, and the scenes `[{id, number}]` that play it. */
  draw(motion, scenes) {
    const made = JSON.stringify([motion, scenes]);
    if (made === this.drawn) return;
    this.drawn = made;
    this.motion = motion;
    this.words.textContent = motion.words;
    this.drawScenes(scenes);
    this.live(this.job);
  }

  /** Show a sample: of the learning that goes on, else of what was learned. */
  drawSample(picture) {
    this.strip.root.hidden = !picture;
    if (picture && picture !== this.pictured) this.strip.show(picture);
    this.pictured = picture;
  }

  drawScenes(scenes) {
    const links = scenes.map(({ id, number }) => {
      const link = el('button', { type: 'button', class: 'link', text: String(number), 'aria-label': `Show scene ${number}` });
      link.addEventListener('click', () => this.show(id));
      return link;
    });
    this.scenes.replaceChildren(links.length === 1 ? 'In scene ' : 'In scenes ', ...links);
    this.scenes.hidden = !links.length;
  }

  /** Show the work on it; null where there is none. */
  live(job) {
    this.job = job;
    const [words, kind] = job ? [job.kind === 'train' ? 'being learned' : 'searching', 'badge working'] : badgeOf(this.motion);
    Object.assign(this.badge, { textContent: words, className: kind });
    this.state.textContent = job ? jobWords(job) : stateWords(this.motion);
    this.drawSample((job && job.preview) || (this.motion.learned && this.motion.learned.picture) || null);
    this.meter.hidden = !job;
    if (job) fillMeter(this.meter, job);
    this.button.textContent = buttonWords(this.motion, job);
  }
}

function badgeOf({ state, played = '' }) {
  return state === 'known' && played ? ['stand-in', 'badge'] : BADGES[state] || BADGES.known;
}

function jobWords(job) {
  return job.kind === 'train' ? learningWords(job) : progressWords(job);
}

/** Say what comes next for a motion: look on, find clips, pick some, or learn from them at that cost. */
function buttonWords({ words, state, searched = false, approved = 0, cost = '' }, job) {
  if (job) return 'Watch it';
  if (state !== 'to_learn') return state === 'learned' ? 'Its clips' : 'Clips of it';
  if (approved) return cost ? cost.replace(/^Learns/, 'Learn') : `Learn “${words}”`;
  return searched ? 'Pick clips' : 'Find clips';
}
