// Moving a card to another place with the pointer: by the mouse anywhere on it, by touch at its grip.
const START_PX = 6;
const EDGE_PX = 40;
const SCROLL_PX = 8;

/** Let the children of `list` be dragged; `moved(element, before)` is called once, at the drop. */
export function makeSortable(list, moved) {
  let drag = null;

  list.addEventListener('pointerdown', (event) => {
    const card = event.target.closest('.scene-card');
    const byTouch = event.pointerType !== 'mouse' && !event.target.closest('.grip');
    if (!card || event.button !== 0 || byTouch || event.target.closest('.card-menu')) return;
    drag = { card, id: event.pointerId, x: event.clientX, y: event.clientY, on: false, before: card.nextElementSibling };
  });
  list.addEventListener('pointermove', (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    if (!drag.on && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > START_PX) begin(event);
    if (drag.on) follow(event);
  });
  list.addEventListener('pointerup', () => end(true));
  list.addEventListener('pointercancel', () => end(false));
  list.addEventListener('keydown', (event) => { if (event.key === 'Escape' && drag) end(false); });
  list.addEventListener('dragstart', (event) => event.preventDefault());

  function begin(event) {
    drag.on = true;
    drag.across = getComputedStyle(list).flexDirection === 'row';
    list.setPointerCapture(event.pointerId);
    drag.card.classList.add('dragged');
  }

  function follow(event) {
    const at = drag.across ? event.clientX : event.clientY;
    const [shift, low, high] = drag.across
      ? [at - drag.x, list.getBoundingClientRect().left, list.getBoundingClientRect().right]
      : [at - drag.y, list.getBoundingClientRect().top, list.getBoundingClientRect().bottom];
    drag.card.style.translate = drag.across ? `${shift}px 0` : `0 ${shift}px`;
    const others = [...list.children].filter((one) => one !== drag.card);
    const middle = (one) => {
      const box = one.getBoundingClientRect();
      return drag.across ? box.left + box.width / 2 : box.top + box.height / 2;
    };
    drag.before = others.find((one) => at < middle(one)) || null;
    for (const one of others) one.classList.toggle('drop-before', one === drag.before);
    list.classList.toggle('drop-last', drag.before === null);
    const by = at < low + EDGE_PX ? -SCROLL_PX : at > high - EDGE_PX ? SCROLL_PX : 0;
    if (by) list.scrollBy(drag.across ? by : 0, drag.across ? 0 : by);
  }

  function end(dropped) {
    if (!drag) return;
    const { card, before, on } = drag;
    drag = null;
    if (!on) return;
    card.classList.remove('dragged');
    card.style.translate = '';
    for (const one of list.children) one.classList.remove('drop-before');
    list.classList.remove('drop-last');
    window.addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener('click', swallow, true));
    if (dropped && before !== card.nextElementSibling) moved(card, before);
  }
}

function swallow(event) {
  event.stopPropagation();
  event.preventDefault();
}
