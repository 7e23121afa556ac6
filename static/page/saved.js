// Says when the story was saved last, and that it is not while the studio does not answer.
import { el, duration } from './dom.js';

const TICK_MS = 1000;

/** The words beside the title; they count on by themselves and are not read aloud. */
export class Saved {
  constructor() {
    this.root = el('span', { class: 'saved', 'aria-live': 'off' });
    this.state = 'saved';
    this.when = 0;
    setInterval(() => this.draw(), TICK_MS);
  }

  /** Take the studio's time of the last save: an ISO time or seconds since 1970. */
  at(saved) {
    const when = typeof saved === 'number' ? saved * 1000 : Date.parse(saved || '');
    if (when) this.when = Math.min(when, Date.now());
    this.draw();
  }

  /** Take what the outbox does: 'saved', 'saving', 'waiting', 'asking'. */
  tell(state) {
    this.state = state;
    this.draw();
  }

  draw() {
    const words = this.words();
    if (this.root.textContent !== words) this.root.textContent = words;
    this.root.classList.toggle('unsaved', this.state === 'waiting' || this.state === 'asking');
  }

  words() {
    if (this.state === 'waiting') return 'not saved yet: the studio does not answer';
    if (this.state === 'asking') return 'not saved yet';
    if (this.state === 'saving') return 'saving …';
    return this.when ? `saved ${ago((Date.now() - this.when) / 1000)}` : '';
  }
}

/** Say how long something is past: 'just now', '8 s ago', '3 min ago', 'at 14:05', 'on 2 May'. */
export function ago(seconds) {
  if (seconds < 2) return 'just now';
  if (seconds < 60) return `${duration(seconds)} ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  const when = new Date(Date.now() - seconds * 1000);
  if (seconds < 43200) return `at ${when.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}`;
  return `on ${when.toLocaleDateString([], { day: 'numeric', month: 'short' })}`;
}
