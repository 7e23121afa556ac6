// As much of a browser's page as the scripts' own tests need: elements that hold what is put into them and hear events.
import { mock } from 'node:test';

const STAY = ['blur', 'close']; // events that only the element itself hears of

/** An element; what a layout would say of it is nothing. */
class Node {
  constructor(tag) {
    Object.assign(this, { localName: tag, tagName: tag.toUpperCase(), childNodes: [], parentNode: null, heard: {}, captured: new Set() });
    Object.assign(this, { className: '', dataset: {}, hidden: false, disabled: false, checked: false, open: false, paused: true, files: [], value: '' });
    this.style = { setProperty() {} };
    this.classList = {
      add: (...names) => { this.className = [...new Set([...this.classes, ...names])].join(' '); },
      remove: (...names) => { this.className = this.classes.filter((name) => !names.includes(name)).join(' '); },
      toggle: (name, on = !this.classes.includes(name)) => { this.classList[on ? 'add' : 'remove'](name); return on; },
      contains: (name) => this.classes.includes(name),
    };
    this.attributes = {};
  }

  get classes() { return this.className.split(' ').filter(Boolean); }

  get children() { return this.childNodes.filter((one) => one instanceof Node); }

  get firstChild() { return this.childNodes[0] || null; }

  get nextElementSibling() { return this.parentNode ? this.parentNode.children[this.parentNode.children.indexOf(this) + 1] || null : null; }

  get isConnected() { return this === document.body || Boolean(this.parentNode && this.parentNode.isConnected); }

  get textContent() { return this.childNodes.map((one) => (one instanceof Node ? one.textContent : one)).join(''); }

  set textContent(words) { this.replaceChildren(...(words === '' ? [] : [String(words)])); }

  setAttribute(name, value) {
    this.attributes[name] = String(value);
    if (name === 'class') this.className = value;
    else if (name.startsWith('data-')) this.dataset[name.slice(5)] = String(value);
    else if (['hidden', 'disabled', 'checked', 'open'].includes(name)) this[name] = true;
    else if (['id', 'type', 'value', 'src', 'href', 'title', 'name'].includes(name)) this[name] = String(value);
  }

  getAttribute(name) { return this.attributes[name] ?? null; }

  removeAttribute(name) { delete this.attributes[name]; if (name in this) this[name] = ''; }

  toggleAttribute(name, on) { if (on) this.setAttribute(name, ''); else this.removeAttribute(name); }

  append(...nodes) { for (const node of nodes) this.insertBefore(node, null); }

  insertBefore(node, before) {
    if (node instanceof Node) { node.remove(); node.parentNode = this; }
    const at = before ? this.childNodes.indexOf(before) : this.childNodes.length;
    this.childNodes.splice(at, 0, node);
  }

  replaceChildren(...nodes) {
    for (const one of this.children) one.parentNode = null;
    this.childNodes = [];
    this.append(...nodes);
  }

  replaceWith(node) { this.parentNode.insertBefore(node, this); this.remove(); }

  remove() {
    if (!this.parentNode) return;
    this.parentNode.childNodes = this.parentNode.childNodes.filter((one) => one !== this);
    this.parentNode = null;
  }

  contains(other) { return this === other || this.children.some((one) => one.contains(other)); }

  /** Selectors of one tag, class, attribute or pseudo-class each, after the last blank or arrow; others meet nothing. */
  matches(selector) {
    return selector.split(',').some((one) => {
      const [, tag, rest] = /^([a-z]*[1-6]?)(.*)$/.exec(one.trim().split(/[\s>]+/).at(-1));
      if (tag && tag !== this.localName) return false;
      return [...rest.matchAll(/\.([\w-]+)|\[([\w-]+)(?:="([^"]*)")?\]|:([a-z-]+)/g)].every(([, kind, name, value, state]) => {
        if (kind) return this.classes.includes(kind);
        if (state) return { modal: this.modal, checked: this.checked }[state] || false;
        return name in this.attributes && (value === undefined || this.attributes[name] === value);
      });
    });
  }

  closest(selector) { return this.matches(selector) ? this : this.parentNode && this.parentNode.closest(selector); }

  querySelectorAll(selector) { return this.children.flatMap((one) => [...(one.matches(selector) ? [one] : []), ...one.querySelectorAll(selector)]); }

  querySelector(selector) { return this.querySelectorAll(selector)[0] || null; }

  addEventListener(name, hear, { once = false } = {}) { (this.heard[name] = this.heard[name] || []).push({ hear, once }); }

  removeEventListener(name, hear) { this.heard[name] = (this.heard[name] || []).filter((one) => one.hear !== hear); }

  /** Let something happen here; who stands around it hears of it too. */
  fire(type, told = {}, target = this) {
    const event = { type, target, preventDefault() {}, stopPropagation() {}, ...told };
    for (const { hear, once } of [...(this.heard[type] || [])]) {
      if (once) this.removeEventListener(type, hear);
      hear(event);
    }
    if (this.parentNode && !STAY.includes(type)) this.parentNode.fire(type, told, target);
  }

  focus() {
    const before = document.activeElement;
    if (before === this) return;
    document.activeElement = this;
    if (before) before.fire('blur');
  }

  showModal() { this.open = this.modal = true; }

  close() {
    if (!this.open) return;
    this.open = this.modal = false;
    this.fire('close');
  }

  setPointerCapture(id) { this.captured.add(id); }

  hasPointerCapture(id) { return this.captured.has(id); }

  getBoundingClientRect() { return { left: 0, top: 0, width: 0, height: 0, right: 0, bottom: 0 }; }

  checkVisibility() { return this.isConnected && !this.hidden; }

  async play() { this.paused = false; }

  pause() { this.paused = true; }

  scrollIntoView() {}

  scrollBy() {}

  select() {}

  get offsetWidth() { return 0; }

  get clientWidth() { return 0; }
}

/** Begin a page of its own for a test, where time stands still; `answer(route, body, address)` gives what the studio answers, or throws. */
export function newPage(answer = () => ({})) {
  const frames = new Map();
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const make = (tag) => new Node(tag);
  const body = make('body');
  globalThis.document = Object.assign(make('document'), { baseURI: 'http://studio/', body, documentElement: make('html'), hidden: false, createElement: make, createElementNS: (_, tag) => make(tag), activeElement: body });
  document.append(body);
  globalThis.window = Object.assign(make('window'), { MediaRecorder: class {} });
  globalThis.getComputedStyle = () => ({ flexDirection: 'row' });
  globalThis.matchMedia = () => ({ matches: true });
  globalThis.requestAnimationFrame = (run) => { frames.set(frames.size + 1, run); return frames.size; };
  globalThis.cancelAnimationFrame = (id) => frames.set(id, null);
  globalThis.CSS = { supports: () => true };
  globalThis.localStorage = globalThis.sessionStorage = storage();
  globalThis.fetch = async (address, { body: text }) => {
    const told = await answer(address.split('/').at(-1).split('?')[0], typeof text === 'string' ? JSON.parse(text) : text, address);
    return { ok: true, status: 200, text: async () => JSON.stringify(told) };
  };
  return { body, waiting: () => [...frames.values()].filter(Boolean) };
}

/** A promise that is kept by hand: `{promise, keep, breaks}`. */
export function later() {
  let keep;
  let breaks;
  const promise = new Promise((...both) => { [keep, breaks] = both; });
  return { promise, keep, breaks };
}

/** Wait until what is on its way has come. */
export function settle() {
  return new Promise((next) => { setImmediate(() => setImmediate(next)); });
}

/** The words of the messages in the corner. */
export function toasts() {
  return document.querySelectorAll('.toast').map(({ textContent: words }) => words.replace(/×$/, ''));
}

function storage() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, String(value)), removeItem: (key) => kept.delete(key) };
}
