// The tour of the four steps: offered once per browser, begun from the menu at any time, left with Escape.
import { button, el, keepFocus } from './dom.js';

const KEY = 'studio.tour';
const STOPS = [
  ['story', 'Story', 'Your story in words, to be read and changed in place. One scene can be planned anew with a note: “make it night”.'],
  ['boards', 'Boards', 'Who stands where, at six moments of each scene. Drag a box and its path bends to it; then render the scene: the figure keeps to the box.'],
  ['cast', 'Cast & Motions', 'Who plays whom, and what they do. What the model does not know yet is learned here, from clips or from pictures.'],
  ['film', 'Film', 'The takes you chose, one after the other, with your narration: watch it, trim it, keep it.'],
];

let bubble = null; // of the tour that goes on

/** Make the line that offers the tour to whoever is here for the first time; it stands in the page of a story. */
export function offerTour(begin) {
  const show = button('plain', 'Show me around', begin);
  const away = button('quiet', 'No, thanks', () => root.remove());
  const root = el('aside', { class: 'tour-offer', 'aria-label': 'For the first time here' },
    el('p', { text: 'New here? Four steps make a film: Story, Boards, Cast & Motions, Film.' }), show, away);
  root.hidden = wasOffered();
  return root;
}

/** A story is shown, and the offer above it: that is once. */
export function rememberOffer() {
  try {
    localStorage.setItem(KEY, 'offered');
  } catch {
    // it is offered no more in this page
  }
}

/** Walk through the steps of an open story, one bubble below each tab; at the end the step is shown where it began. */
export function startTour(shop) {
  const { steps } = shop;
  const [before, focused] = [steps.now, document.activeElement];
  const end = () => { bubble.remove(); steps.go(before); keepFocus(focused, steps.tabOf(before)); };
  if (bubble) bubble.remove();
  bubble = new Bubble((at) => steps.go(STOPS[at][0]), (name) => steps.tabOf(name), end);
  shop.offer.remove();
  shop.root.append(bubble.root);
  bubble.show(0);
}

/** The bubble; `go(number)` goes to a stop, `tab(name)` gives its tab, `end()` is called when the tour is over or left. */
class Bubble {
  constructor(go, tab, end) {
    Object.assign(this, { go, tab, end });
    this.title = el('h3');
    this.words = el('p');
    this.count = el('span', { class: 'note' });
    this.next = button('accent', 'Next', () => this.turn(1));
    this.back = button('quiet', 'Back', () => this.turn(-1));
    this.skip = button('quiet', 'Skip', end);
    this.root = el('div', { class: 'tour', role: 'dialog', 'aria-label': 'The four steps', 'aria-live': 'polite' }, this.title, this.words,
      el('footer', {}, this.count, this.skip, this.back, this.next));
    this.root.addEventListener('keydown', (event) => this.pressed(event));
    this.moved = () => this.place();
    window.addEventListener('resize', this.moved);
  }

  remove() {
    window.removeEventListener('resize', this.moved);
    this.root.remove();
  }

  show(at) {
    this.at = at;
    const [, title, words] = STOPS[at];
    this.go(at);
    this.title.textContent = title;
    this.words.textContent = words;
    this.count.textContent = `${at + 1} of ${STOPS.length}`;
    this.back.hidden = at === 0;
    this.next.textContent = at === STOPS.length - 1 ? 'Begin' : 'Next';
    this.place();
    this.next.focus({ preventScroll: true });
  }

  turn(by) {
    const to = this.at + by;
    if (to < STOPS.length) this.show(to);
    else this.end();
  }

  /** Below the tab that it speaks of. */
  place() {
    const tab = this.tab(STOPS[this.at][0]).getBoundingClientRect();
    const room = document.documentElement.clientWidth - this.root.offsetWidth - 12;
    this.root.style.left = `${Math.max(12, Math.min(tab.left, room))}px`;
    this.root.style.top = `${Math.max(12, tab.bottom + 8)}px`;
  }

  pressed(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === 'Escape') this.end();
    else if (by && this.at + by >= 0 && this.at + by < STOPS.length) this.show(this.at + by);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function wasOffered() {
  try {
    return localStorage.getItem(KEY) === 'offered';
  } catch {
    return true; // where nothing can be kept, it would be offered each time
  }
}
