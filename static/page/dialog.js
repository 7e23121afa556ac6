// A window above the page: closes with Escape, its cross or a click beside it, and gives the focus back.
import { el } from './dom.js';

/** Open a dialog with a title; gives it, with `close()`. `place` is where it hangs in the page. */
export function openDialog(place, title, ...content) {
  const cross = el('button', { type: 'button', class: 'quiet', 'aria-label': 'Close', text: '×' });
  const heading = el('h2', { text: title, id: `dialog-${Math.random().toString(36).slice(2)}` });
  const box = el('div', { class: 'sheet' }, el('header', {}, heading, cross), ...content);
  const dialog = el('dialog', { class: 'window', 'aria-labelledby': heading.id }, box);
  cross.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => dialog.remove());
  place.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Close every window and menu that stands open above the page of a story. */
export function closeDialogs(root) {
  const studio = root.closest('.studio') || root;
  for (const menu of studio.querySelectorAll('[popover]:popover-open')) menu.hidePopover();
  for (const dialog of studio.querySelectorAll('dialog[open]')) dialog.close();
}
