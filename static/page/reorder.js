// Moving a card to another place with the pointer: by the mouse anywhere on it, by touch at its grip.
const START_PX = 6;
const EDGE_PX = 40;
const SCROLL_PX = 8;

/**
 * Let the children of `list` that are an `item` be dragged, but not at `but`; `moved(element, before)` is called once, at the
 * drop, and `over()` once the list is as it was before any drag.
 */
export function makeSortable(list, moved, { item = '.scene-card', but = '.card-menu', over = () => {} } = {}) {
  let drag = null;

  list.addEventListener('pointerdown', (event) => {
    const card = event.target.closest(item);
    const byTouch = event.pointerType !== 'mouse' && !event.target.closest('.grip');
    if (drag || !card || event.button !== 0 || byTouch || event.target.closest(but)) return;
    drag = { card, id: event.pointerId, x: event.clientX, y: event.clientY, on: false, before: card.nextElementSibling };
  });
  list.addEventListener('pointermove', (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    drag.now = drag.across ? event.clientX : event.clientY;
    if (!drag.on && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > START_PX) begin(event);
  });
  list.addEventListener('pointerup', (event) => end(event, true));
  list.addEventListener('pointercancel', (event) => end(event, false));
  list.addEventListener('keydown', (event) => { if (event.key === 'Escape' && drag) end({ pointerId: drag.id }, false); });
  list.addEventListener('dragstart', (event) => event.preventDefault());

  /** Measure once: while the card is dragged only the list's scrolling moves the others. */
  function begin(event) {
    const across = getComputedStyle(list).flexDirection === 'row';
    const box = list.getBoundingClientRect();
    const others = [...list.children].filter((one) => one !== drag.card);
    const [now, start, low, high] = across ? [event.clientX, drag.x, box.left, box.right] : [event.clientY, drag.y, box.top, box.bottom];
    Object.assign(drag, { on: true, across, now, start, low, high, others });
    drag.from = scrolled();
    drag.middles = others.map((one) => middle(one.getBoundingClientRect()));
    list.setPointerCapture(event.pointerId);
    drag.card.classList.add('dragged');
    drag.frame = requestAnimationFrame(follow);
  }

  const scrolled = () => (drag.across ? list.scrollLeft : list.scrollTop);
  const middle = (box) => (drag.across ? box.left + box.width / 2 : box.top + box.height / 2);

  /** Once per frame: the card under the pointer, the mark where it would drop, and the list scrolled near its edges. */
  function follow() {
    if (!drag) return;
    const by = drag.now < drag.low + EDGE_PX ? -SCROLL_PX : drag.now > drag.high - EDGE_PX ? SCROLL_PX : 0;
    if (by) list.scrollBy(drag.across ? by : 0, drag.across ? 0 : by);
    const went = scrolled() - drag.from;
    const shift = drag.now - drag.start + went;
    drag.card.style.translate = drag.across ? `${shift}px 0` : `0 ${shift}px`;
    drag.before = drag.others[drag.middles.findIndex((at) => drag.now + went < at)] || null;
    for (const one of drag.others) one.classList.toggle('drop-before', one === drag.before);
    list.classList.toggle('drop-last', drag.before === null);
    drag.frame = requestAnimationFrame(follow);
  }

  function end({ pointerId }, dropped) {
    if (!drag || pointerId !== drag.id) return;
    if (drag.on && dropped) { cancelAnimationFrame(drag.frame); follow(); }
    const { card, before, on, frame } = drag;
    drag = null;
    if (!on) return;
    cancelAnimationFrame(frame);
    card.classList.remove('dragged');
    card.style.translate = '';
    for (const one of list.children) one.classList.remove('drop-before');
    list.classList.remove('drop-last');
    window.addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener('click', swallow, true));
    if (dropped && before !== card.nextElementSibling) moved(card, before);
    over();
  }
}

function swallow(event) {
  event.stopPropagation();
  event.preventDefault();
}
