// @ts-check
// A small menu at a point of the page: for the right mouse button, a long press, or the menu key.
import { el } from '../page/dom.js';

/** @typedef {{words: string, key?: string, run?: () => void, disabled?: boolean, checked?: boolean}|null} Item  null is a line between items */

export class Menu {
  constructor() {
    // "manual": what closes by itself would close as the button or finger that opened it is lifted.
    this.root = el('div', { class: 'editor-menu', role: 'menu', popover: 'manual' });
    this.root.addEventListener('mousedown', (event) => event.preventDefault());
    this.root.addEventListener('keydown', (event) => this.walk(event));
    this.root.addEventListener('focusout', (event) => { if (event.relatedTarget && !this.has(event.relatedTarget)) this.close(); });
    this.outside = (/** @type {Event} */ event) => { if (!this.has(event.target)) this.close(); };
  }

  /**
   * Open at a point of the window.
   * @param {Item[]} items @param {{x: number, y: number}} at @param {Element|null} from what gets the focus back
   */
  open(items, at, from) {
    this.from = from;
    this.root.replaceChildren(...items.map((item) => (item ? this.line(item) : el('hr'))));
    if (!this.root.matches(':popover-open')) this.root.showPopover();
    document.addEventListener('pointerdown', this.outside, true);
    window.addEventListener('scroll', this.outside, true);
    const { offsetWidth: wide, offsetHeight: high } = this.root;
    this.root.style.left = `${Math.max(4, Math.min(at.x, window.innerWidth - wide - 4))}px`;
    this.root.style.top = `${Math.max(4, Math.min(at.y, window.innerHeight - high - 4))}px`;
    const first = this.lines()[0];
    if (first) first.focus();
  }

  line(/** @type {NonNullable<Item>} */ { words, key = '', run, disabled = false, checked }) {
    const role = checked === undefined ? 'menuitem' : 'menuitemcheckbox';
    const line = el('button', { type: 'button', role, disabled, 'aria-checked': checked === undefined ? null : String(checked) },
      el('span', { text: words }), el('kbd', { text: key }));
    line.addEventListener('click', () => { this.close(); if (run) run(); });
    return line;
  }

  close() {
    if (!this.root.matches(':popover-open')) return;
    document.removeEventListener('pointerdown', this.outside, true);
    window.removeEventListener('scroll', this.outside, true);
    const back = this.has(document.activeElement);
    this.root.hidePopover();
    if (back && this.from) /** @type {HTMLElement} */ (this.from).focus({ preventScroll: true });
  }

  has(/** @type {EventTarget|null} */ node) {
    return node instanceof Node && this.root.contains(node);
  }

  lines() {
    return /** @type {HTMLElement[]} */ ([...this.root.querySelectorAll('button:not(:disabled)')]);
  }

  walk(/** @type {KeyboardEvent} */ event) {
    const lines = this.lines();
    const at = lines.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + lines.length, Home: 0, End: lines.length - 1 }[event.key];
    event.stopPropagation();
    if (['Escape', 'Tab'].includes(event.key)) { event.preventDefault(); this.close(); }
    if (next === undefined) return;
    event.preventDefault();
    lines[next % lines.length].focus();
  }
}
