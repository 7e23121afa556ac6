// A film that plays by itself, silent and over again, with its boxes over it or as it is without them.
import { BoxesOver, LEGEND } from '../boxesover.js';
import { address, el, isCalm } from '../dom.js';

const HIGHEST = 'max(36vh, 220px)';
const MODES = [['show', 'show'], ['off', 'off'], ['without', 'without boxes']];

/** Give the cut that plays at a time, and the moment (0 to 6) of its scene; null between two of them. */
export function placeAt(cuts, seconds) {
  const cut = cuts.find(({ from, to }) => seconds >= from && seconds < to) || null;
  return cut && { cut, moment: Math.min(cut.until - 0.001, cut.at + (seconds - cut.from) * cut.pace) };
}

/** Give a frame the shape of a picture, no higher than leaves room for what stands under it. */
export function shape(frame, aspect) {
  frame.style.aspectRatio = String(aspect);
  frame.style.setProperty('--widest', `calc(${HIGHEST} * ${aspect})`);
}

/** The place where a film plays; `draw(reels, aspect)` shows `{played, without}` of `api/first`. */
export class Reel {
  constructor() {
    this.video = el('video', { muted: true, loop: true, playsinline: true, preload: 'auto', 'aria-label': 'The film' });
    this.video.muted = true;
    this.over = new BoxesOver();
    this.button = el('button', { type: 'button', class: 'reel-play', 'aria-label': 'Play' });
    this.button.addEventListener('click', () => this.turn());
    this.captions = el('p', { class: 'reel-words' });
    this.frame = el('div', { class: 'take-film reel-frame' }, this.video, this.over.root, this.captions, this.button);
    this.switch = this.makeSwitch();
    this.root = el('div', { class: 'reel' }, this.frame);
    for (const name of ['play', 'pause']) this.video.addEventListener(name, () => this.told());
    for (const name of ['timeupdate', 'seeked']) this.video.addEventListener(name, () => this.follow());
    if (this.video.requestVideoFrameCallback) this.everyFrame();
    this.mode = 'show';
  }

  makeSwitch() {
    this.legend = el('small', { class: 'boxes-legend', text: LEGEND });
    this.choices = MODES.map(([mode, words]) => {
      const input = el('input', { type: 'radio', name: 'reel-boxes', value: mode });
      input.addEventListener('change', () => this.set(mode));
      return el('label', {}, input, el('span', { text: words }));
    });
    return el('div', { class: 'reel-switch', role: 'radiogroup', 'aria-label': 'Boxes' }, el('span', { text: 'Boxes:' }), ...this.choices, this.legend);
  }

  /** Show the films of a story; gives whether there is one. */
  draw({ played, without }, aspect) {
    this.reels = { played, without };
    shape(this.frame, aspect);
    this.root.hidden = !played;
    this.switch.hidden = !played || !played.cuts.length;
    if (!played) { this.stop(); return false; }
    this.choices[2].hidden = !without;
    this.set(this.mode === 'without' && !without ? 'show' : this.mode);
    return true;
  }

  /** Take a way to show the film: 'off', 'show' or 'without'. */
  set(mode) {
    this.mode = mode;
    this.choices[MODES.findIndex(([one]) => one === mode)].querySelector('input').checked = true;
    this.over.root.toggleAttribute('hidden', mode === 'off');
    this.legend.hidden = mode === 'off';
    this.root.dataset.mode = mode;
    this.reel = mode === 'without' ? this.reels.without : this.reels.played;
    this.cut = null;
    this.load(address(this.reel.video));
    this.follow();
  }

  /** Play another film from where this one is: both have their scenes at the same places. */
  load(source) {
    if (this.source === source) return;
    const at = this.source ? this.video.currentTime : 0;
    this.source = source;
    this.video.replaceChildren(...this.track());
    this.video.src = source;
    this.video.addEventListener('loadedmetadata', () => { if (at < this.video.duration) this.video.currentTime = at; }, { once: true });
    if (this.wanted ?? !isCalm()) this.play();
    else this.told();
  }

  track() {
    if (!this.reel.captions) return [];
    const track = el('track', { kind: 'metadata', src: address(this.reel.captions) });
    track.addEventListener('cuechange', () => this.say(track.track.activeCues));
    track.track.mode = 'hidden';
    return [track];
  }

  say(cues) {
    this.captions.textContent = [...(cues || [])].map((cue) => cue.text).join(' ');
  }

  turn() {
    this.wanted = this.video.paused;
    if (this.video.paused) this.play();
    else this.video.pause();
  }

  play() {
    this.video.play().catch(() => this.told()); // the browser wants a press first, or the page went
  }

  /** The page of a story comes: nothing plays behind it. */
  stop() {
    this.video.pause();
  }

  told() {
    const words = this.video.paused ? 'Play' : 'Pause';
    this.button.setAttribute('aria-label', words);
    this.button.classList.toggle('playing', !this.video.paused);
  }

  everyFrame() {
    this.video.requestVideoFrameCallback(() => {
      this.follow();
      this.everyFrame();
    });
  }

  follow() {
    if (!this.reel || this.mode === 'off') return;
    const place = placeAt(this.reel.cuts, this.video.currentTime);
    this.over.root.style.visibility = place ? '' : 'hidden';
    if (!place) return;
    if (place.cut !== this.cut) this.over.draw(place.cut.actors, place.cut.timing);
    this.cut = place.cut;
    this.over.at(place.moment);
  }
}
