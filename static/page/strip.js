// The preview of a take that is being rendered: one picture of its six keyframes, shown one after the other.
import { address, el, isCalm } from './dom.js';

const STEP_MS = 400;
const KEYFRAMES = 6;
const STILL = 2; // by the third keyframe everybody has come in

/** A strip that plays while it is on the page, and stands for who wants little motion; `moved(keyframe)` hears of each step. */
export class Strip {
  constructor(words, moved = () => {}) {
    this.moved = moved;
    this.root = el('div', { class: 'preview', role: 'img', 'aria-label': words });
    this.keyframe = STILL;
  }

  /** Show the six keyframes that a picture holds side by side. */
  async show(path) {
    this.wanted = address(path);
    const picture = new Image();
    picture.src = this.wanted;
    try {
      await picture.decode(); // until then the one before stays
    } catch {
      return; // the work has ended meanwhile
    }
    if (picture.src !== this.wanted) return;
    this.root.style.backgroundImage = `url("${picture.src}")`;
    this.play();
  }

  play() {
    if (this.timer) return;
    this.turn(STILL);
    this.timer = setInterval(() => {
      if (!this.root.isConnected) this.stop();
      else this.turn(isCalm() ? STILL : (this.keyframe + 1) % KEYFRAMES);
    }, STEP_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
  }

  turn(keyframe) {
    this.keyframe = keyframe;
    this.root.style.backgroundPosition = `${(100 * keyframe) / (KEYFRAMES - 1)}% 0`;
    this.moved(keyframe);
  }
}
