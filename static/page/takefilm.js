// A take that plays, with its boxes over it where they are wanted.
import { BoxesOver } from './boxesover.js';
import { address, el, isCalm } from './dom.js';

const KEYFRAMES = 6;

/** The film of a take (a TakeView); `details` come later with `told`. */
export class TakeFilm {
  constructor(take, { boxes = false, controls = true } = {}) {
    this.seconds = 0;
    this.over = new BoxesOver();
    this.video = el('video', { controls, loop: true, playsinline: true, preload: 'auto', src: `${address(take.video)}#t=0.01`, 'aria-label': take.label });
    this.video.muted = true;
    this.video.autoplay = controls && !isCalm();
    this.root = el('div', { class: 'take-film' }, this.video, this.over.root);
    this.root.style.aspectRatio = `${take.width} / ${take.height}`;
    this.showBoxes(boxes);
    for (const name of ['timeupdate', 'seeked']) this.video.addEventListener(name, () => this.follow());
    if (this.video.requestVideoFrameCallback) this.everyFrame();
  }

  /** Take in the details of the take: its boxes, and how long it is. */
  told({ actors, timing, seconds }) {
    this.seconds = seconds;
    this.over.draw(actors, timing);
    this.follow();
  }

  showBoxes(shown) {
    this.over.root.toggleAttribute('hidden', !shown);
  }

  /** Stand still in the middle of a keyframe. */
  stand(keyframe) {
    this.video.pause();
    this.video.currentTime = ((keyframe + 0.5) * this.seconds) / KEYFRAMES;
  }

  everyFrame() {
    this.video.requestVideoFrameCallback(() => {
      this.follow();
      if (this.root.isConnected) this.everyFrame();
    });
  }

  follow() {
    const length = this.seconds || this.video.duration;
    if (length) this.over.at(Math.min(KEYFRAMES - 0.001, (this.video.currentTime / length) * KEYFRAMES));
  }
}

/** Let one film do what the other does: play, stand, and be at the same place. */
export function inStep(leader, follower) {
  const near = () => Math.abs(leader.currentTime - follower.currentTime) < 0.08;
  const join = () => { if (!near()) follower.currentTime = leader.currentTime; };
  leader.addEventListener('play', () => { join(); follower.play().catch(() => {}); }); // it was closed meanwhile
  leader.addEventListener('pause', () => { follower.pause(); join(); });
  for (const name of ['seeked', 'timeupdate']) leader.addEventListener(name, join);
  leader.addEventListener('ratechange', () => { follower.playbackRate = leader.playbackRate; });
}
