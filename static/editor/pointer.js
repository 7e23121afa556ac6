// @ts-check
// Mouse, pen and fingers on the stage: they feed the tools, and each frame shows what these answer once.
/** @import { Region } from './types.js' */
import { boxAt } from './path.js';
import { targetsOf } from './snapping.js';
import { Gesture } from './tools.js';
import { WIDTH } from './boxview.js';

const NEAR = 6;
const SLOP = 3;
const FINGER_SLOP = 8;
const LONG_PRESS_MS = 500;

/**
 * @typedef {Object} Hands  what the pointer asks of the editor
 * @property {() => import('./look.js').View} view
 * @property {(answer: import('./tools.js').Answer) => void} show  what a gesture leads to, once per frame
 * @property {(answer: import('./tools.js').Answer) => void} finish
 * @property {(at: {x: number, y: number}, region: string|null) => void} menu
 */

export class Pointer {
  /** @param {import('./stage.js').Stage} stage @param {Hands} hands */
  constructor(stage, hands) {
    this.stage = stage;
    this.hands = hands;
    this.gesture = new Gesture(() => this.look());
    /** @type {Map<number, PointerEvent>} */
    this.fingers = new Map();
    this.frame = 0;
    const svg = stage.svg;
    svg.addEventListener('pointerdown', (event) => this.down(event));
    svg.addEventListener('pointermove', (event) => this.move(event));
    svg.addEventListener('pointerup', (event) => this.up(event));
    svg.addEventListener('pointercancel', (event) => this.up(event));
    svg.addEventListener('mousedown', (event) => event.preventDefault());
    svg.addEventListener('contextmenu', (event) => this.context(event));
    svg.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    // The finger that opened the menu is lifted: that is no tap on what lies under it now.
    svg.addEventListener('touchend', (event) => { if (this.menued) event.preventDefault(); this.menued = false; }, { passive: false });
    // Two fingers are ours, one finger beside the boxes scrolls the page.
    svg.addEventListener('touchstart', (event) => { if (event.touches.length > 1) event.preventDefault(); }, { passive: false });
  }

  /** Whether a gesture is going on. */
  get busy() {
    return this.gesture.busy || this.fingers.size > 1;
  }

  /** What the tools look at, as a press begins. */
  look() {
    const { regions, look, head } = this.hands.view();
    const seen = regions.filter((region) => !look.hidden.has(region.id));
    const others = seen.filter((region) => look.snapOthers && !look.selected.includes(region.id) && region.id !== this.pressed);
    const boxes = others.map((region) => boxAt(region.keys, look.keyframe)).filter((box) => box !== null);
    const near = (NEAR * this.stage.port.unit) / WIDTH;
    return {
      regions: seen, keyframe: look.keyframe, selected: look.selected, mode: look.tool, stage: head.stage,
      snap: look.snap ? { targets: targetsOf(boxes), threshold: /** @type {[number, number]} */ ([near, near * head.stage.aspect]) } : null,
      slop: ((this.touch ? FINGER_SLOP : SLOP) * this.stage.port.unit) / WIDTH,
    };
  }

  down(/** @type {PointerEvent} */ event) {
    if (event.button) return;
    this.fingers.set(event.pointerId, event);
    this.stage.port.measure();
    if (this.fingers.size > 1) { this.pinchFrom(); return; }
    this.touch = event.pointerType === 'touch';
    this.menued = false;
    const target = this.stage.hit(/** @type {Element} */ (event.target));
    this.pressed = target ? target.region : null;
    this.tap = this.touch && !target && this.hands.view().look.tool === 'select';
    if (this.touch) this.waitForLongPress(event);
    if (this.tap) return; // a finger beside the boxes scrolls the page or taps the selection away
    this.stage.svg.setPointerCapture(event.pointerId);
    this.hands.finish(this.gesture.feed(this.told('down', event, target)));
    if (target) this.stage.focus(target.region);
    else /** @type {SVGSVGElement} */ (this.stage.svg).focus({ preventScroll: true });
  }

  /** What the tools are told of an event. */
  told(/** @type {'down'|'move'|'up'|'cancel'} */ type, /** @type {PointerEvent} */ event, /** @type {any} */ target = null) {
    const at = this.stage.port.point(event);
    const { shiftKey: shift, altKey: alt } = event;
    const hits = type === 'move' ? [] : this.under(at);
    return { type, ...at, shift, alt, ctrl: event.ctrlKey || event.metaKey, target, hits };
  }

  /** All boxes under a point, front first. */
  under(/** @type {{x: number, y: number}} */ { x, y }) {
    const { regions, look } = this.hands.view();
    const inside = (/** @type {Region} */ region) => {
      const box = boxAt(region.keys, look.keyframe);
      return box && !look.hidden.has(region.id) && x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3];
    };
    return regions.filter(inside).toSorted((a, b) => b.layer - a.layer).map((region) => region.id);
  }

  move(/** @type {PointerEvent} */ event) {
    const first = this.fingers.get(event.pointerId);
    if (this.fingers.size > 1 && first) { this.fingers.set(event.pointerId, event); this.pinch(); return; }
    if (this.waiting && first && Math.hypot(event.clientX - first.clientX, event.clientY - first.clientY) > FINGER_SLOP) this.stopWaiting();
    if (!this.gesture.busy) return;
    this.latest = event;
    this.frame = this.frame || requestAnimationFrame(() => this.step());
  }

  /** Once per frame: the newest place only. */
  step() {
    this.frame = 0;
    if (!this.gesture.busy || !this.latest) return;
    this.hands.show(this.gesture.feed(this.told('move', this.latest)));
  }

  up(/** @type {PointerEvent} */ event) {
    const alone = this.fingers.size === 1;
    this.fingers.delete(event.pointerId);
    this.stopWaiting();
    if (this.tap && alone && event.type === 'pointerup') this.hands.finish({ ...EMPTY, select: [] });
    if (!alone || !this.gesture.busy) { if (!this.busy) this.hands.finish(EMPTY); return; } // a pinch is over: what waited for it is shown
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.hands.finish(this.gesture.feed(this.told(event.type === 'pointercancel' ? 'cancel' : 'up', event)));
  }

  /** Stop the gesture and show things as they were. */
  cancel() {
    this.stopWaiting();
    if (!this.gesture.busy) return false;
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.hands.finish(this.gesture.feed({ type: 'cancel', x: 0, y: 0 }));
    return true;
  }

  waitForLongPress(/** @type {PointerEvent} */ event) {
    const region = this.pressed || null;
    this.waiting = setTimeout(() => {
      this.cancel();
      this.tap = false;
      this.menued = true;
      this.hands.menu({ x: event.clientX, y: event.clientY }, region);
    }, LONG_PRESS_MS);
  }

  stopWaiting() {
    clearTimeout(this.waiting);
    this.waiting = undefined;
  }

  context(/** @type {MouseEvent} */ event) {
    event.preventDefault();
    if (this.touch) return; // the long press has opened the menu
    const target = this.stage.hit(/** @type {Element} */ (event.target));
    this.hands.menu({ x: event.clientX, y: event.clientY }, target && target.region);
  }

  pinchFrom() {
    this.stopWaiting();
    this.cancel();
    this.tap = false;
    for (const id of this.fingers.keys()) this.stage.svg.setPointerCapture(id);
    this.span = spanOf([...this.fingers.values()]);
  }

  /** Two fingers: zoom by how they part, pan by where their middle goes. */
  pinch() {
    const span = spanOf([...this.fingers.values()]);
    const was = this.span || span;
    const port = this.stage.port;
    const [from, to] = [port.point(was.middle), port.point(span.middle)];
    this.span = span;
    port.look(port.x + from.x - to.x, port.y + from.y - to.y);
    port.zoomBy(span.length / was.length, span.middle);
  }

  wheel(/** @type {WheelEvent} */ event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.stage.port.measure();
    this.stage.port.zoomBy(Math.exp(-event.deltaY / 300), event);
  }
}

const EMPTY = { preview: null, guides: [], commit: null, select: null, frame: null };

function spanOf(/** @type {PointerEvent[]} */ [a, b]) {
  return {
    middle: { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 },
    length: Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)),
  };
}
