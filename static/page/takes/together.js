// Several films that play in step: they begin, stand and are moved together.
const APART_SECONDS = 0.08;

/** The films of a window; `moved(fraction)` hears where they are, `turned(playing)` whether they play. */
export class Together {
  constructor({ moved, turned }) {
    Object.assign(this, { moved, turned });
    this.videos = [];
    this.playing = false;
  }

  /** Take other films; those that were there go on. */
  take(videos) {
    for (const gone of this.videos.filter((one) => !videos.includes(one))) gone.pause();
    const fresh = videos.filter((one) => !this.videos.includes(one));
    this.videos = videos;
    for (const one of fresh) one.addEventListener('loadedmetadata', () => this.join());
    if (this.playing) this.play();
  }

  play() {
    this.playing = true;
    this.join();
    for (const one of this.videos) one.play().catch(() => {}); // it was taken away meanwhile
    this.turned(true);
    this.follow();
  }

  stand() {
    this.playing = false;
    for (const one of this.videos) one.pause();
    this.join();
    this.turned(false);
  }

  /** Stand at a part of the whole, 0 to 1. */
  at(fraction) {
    this.stand();
    for (const one of this.videos) if (one.duration) one.currentTime = Math.min(fraction, 0.999) * one.duration;
  }

  /** Where the first of them is, 0 to 1. */
  get fraction() {
    const [first] = this.videos;
    return first && first.duration ? first.currentTime / first.duration : 0;
  }

  /** Let all be where the first is. */
  join() {
    const [first, ...others] = this.videos;
    for (const one of others) if (Math.abs(one.currentTime - first.currentTime) > APART_SECONDS) one.currentTime = first.currentTime;
  }

  follow() {
    cancelAnimationFrame(this.frame); // one loop is enough
    this.frame = requestAnimationFrame(() => {
      if (!this.playing || !this.videos.some((one) => one.isConnected)) return;
      this.join();
      this.moved(this.fraction);
      this.follow();
    });
  }
}
