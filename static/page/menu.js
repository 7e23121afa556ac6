// A short menu that opens at a button: arrows walk, Enter chooses, Escape or a click elsewhere closes.
import { el } from './dom.js';

/** Open a menu of `{words, run, disabled, keys}` at a button. */
export function openMenu(button, entries) {
  const menu = el('div', { class: 'menu', role: 'menu', popover: 'auto', 'aria-label': button.getAttribute('aria-label') });
  for (const { words, run, disabled = false, keys = '' } of entries) {
    const item = el('button', { type: 'button', role: 'menuitem', tabindex: -1, 'aria-disabled': disabled ? 'true' : null },
      el('span', { text: words }), keys ? el('kbd', { text: keys }) : '');
    item.addEventListener('click', () => { if (!disabled) { menu.hidePopover(); run(); } });
    menu.append(item);
  }
  menu.addEventListener('keydown', (event) => walk(menu, event));
  menu.addEventListener('toggle', (event) => { if (event.newState === 'closed') close(menu, button); });
  button.closest('dialog, .studio').append(menu); // what lies outside an open dialog cannot be reached
  button.setAttribute('aria-expanded', 'true');
  menu.showPopover();
  place(menu, button);
  menu.firstChild.focus();
}

function close(menu, button) {
  button.removeAttribute('aria-expanded');
  if (menu.contains(document.activeElement) || document.activeElement === document.body) button.focus();
  menu.remove();
}

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = at.bottom + height < window.innerHeight;
  menu.style.left = `${Math.max(8, Math.min(at.right - width, window.innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - height - 4)}px`;
}

function walk(menu, event) {
  const items = [...menu.children];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === 'Tab') menu.hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  items[(next + items.length) % items.length].focus();
}
