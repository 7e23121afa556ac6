// One clip: it plays while it is pointed at or has the focus, and can be picked, rejected or moved like.
import { address, el, isCalm } from '../dom.js';
import { decisionOf, decisionWords } from './review.js';
import { factsWords, figureWords, foundWords } from './words.js';

/** The tile of a ClipView; `decide(decision)`, `like(button)` and `chosen()` tell what is wanted of it. */
export class Tile {
  constructor(clip, { decide, like, chosen }) {
    this.clip = clip;
    this.video = el('video', { muted: true, loop: true, playsinline: true, preload: 'none', 'aria-hidden': 'true' });
    this.video.muted = true; // the attribute alone does not silence one that was made by a script
    this.face = el('button', { type: 'button', class: 'clip-face', tabindex: -1 }, this.video, el('span', { class: 'clip-mark', 'aria-hidden': 'true' }));
    const name = clip.caption || 'clip without words';
    this.pick = decision('Pick', name, 'P', () => decide(this.is('approved') ? 'undecided' : 'approved'));
    this.reject = decision('Reject', name, 'X', () => decide(this.is('rejected') ? 'undecided' : 'rejected'));
    this.root = el('li', { class: 'clip', 'data-clip': clip.id }, this.face, this.told(), el('div', { class: 'clip-doings' }, this.pick, this.reject, this.likes(like)));
    this.controls = [...this.root.querySelectorAll('button, summary')];
    this.face.addEventListener('click', () => this.clicked(chosen));
    this.face.addEventListener('focus', chosen);
    this.listen();
  }

  told() {
    const { caption, source } = this.clip;
    const found = foundWords(this.clip);
    return el('div', { class: 'clip-told' },
      el('strong', { text: caption || 'Without words' }),
      el('span', { text: factsWords(this.clip) }),
      el('small', { class: 'clip-source', text: source, title: source }),
      found ? el('small', { text: found }) : '',
      this.scores());
  }

  /** How well it fits, in a few words; behind them each score and its figure. */
  scores() {
    const { scores } = this.clip;
    if (!scores.length) return '';
    const lines = scores.map((score) => el('li', {}, el('span', { text: score.words }), el('small', { text: figureWords(score) })));
    return el('details', { class: 'clip-scores' }, el('summary', { text: scores.at(-1).words }), el('ul', {}, ...lines));
  }

  likes(like) {
    const { follows } = this.clip;
    const made = el('button', { type: 'button', class: 'quiet clip-like', 'aria-haspopup': 'menu', text: 'Move like this ▾', disabled: !follows });
    made.title = follows ? 'Let an actor of the selected scene move like the one in this clip' : 'Nobody was followed through this clip yet';
    made.addEventListener('click', () => like(made));
    return made;
  }

  listen() {
    const peek = () => { if (!isCalm()) this.play(); };
    for (const name of ['pointerenter', 'focusin']) this.root.addEventListener(name, peek);
    for (const name of ['pointerleave', 'focusout']) this.root.addEventListener(name, () => { if (!this.held) this.video.pause(); });
  }

  /** A click, or Space: it plays until the next one. */
  clicked(chosen) {
    chosen();
    this.held = !this.held;
    if (this.held) this.play(); else this.video.pause();
  }

  play() {
    if (!this.video.src) return;
    this.video.play().catch(() => {}); // it was paused, or left the page, before it began
  }

  is(wanted) {
    return decisionOf(this.clip) === wanted;
  }

  /** Show the clip as it was decided, and the crop or the whole of it. */
  draw(clip, whole) {
    this.clip = clip;
    const said = decisionOf(clip);
    this.root.dataset.decision = said;
    this.pick.setAttribute('aria-pressed', String(said === 'approved'));
    this.reject.setAttribute('aria-pressed', String(said === 'rejected'));
    this.face.setAttribute('aria-label', `Play: ${clip.caption || 'clip without words'}, ${decisionWords(said)}`);
    const wanted = (whole ? clip.whole || clip.crop : clip.crop || clip.whole) || '';
    if (wanted === this.showing) return;
    this.showing = wanted;
    const playing = !this.video.paused;
    if (clip.poster && !whole) this.video.poster = address(clip.poster);
    if (wanted) this.video.src = address(wanted); else this.video.removeAttribute('src');
    this.root.classList.toggle('whole', whole);
    if (playing) this.play();
  }

  /** Make it the one that Tab leads to: its picture, then its buttons. */
  current(is) {
    for (const control of this.controls) control.tabIndex = is ? 0 : -1;
    this.root.classList.toggle('current', is);
  }
}

function decision(words, name, key, run) {
  const made = el('button', { type: 'button', class: 'chip', 'aria-pressed': 'false', 'aria-keyshortcuts': key, 'aria-label': `${words}: ${name}`, text: words });
  made.addEventListener('click', run);
  return made;
}
