// Earlier versions of the story, newest first, each with its time and a button that brings it back.
import { call } from './api.js';
import { el } from './dom.js';
import { openDialog } from './dialog.js';
import { ago } from './saved.js';
import { complain } from './toast.js';

/** Open the window with the versions; `restore(revision)` brings one back. */
export async function openHistory(place, { project, revision }, restore) {
  const list = el('ol', { class: 'rows versions' });
  const note = el('p', { class: 'note', text: 'Bringing one back is an edit like any other: the present story stays in this list.' });
  const dialog = openDialog(place, 'Earlier versions', note, list);
  try {
    const { versions } = await call('versions', { project });
    list.replaceChildren(...versions.map((one) => row(one, revision, () => { dialog.close(); restore(one.revision); })));
  } catch (error) {
    dialog.close();
    complain(error);
  }
}

function row({ revision, when, words }, present, bring) {
  const time = new Date(when);
  const said = el('time', { datetime: when, title: time.toLocaleString(), text: ago((Date.now() - time.getTime()) / 1000) });
  const root = el('li', {}, said, el('span', { text: words }));
  if (revision === present) {
    root.append(el('em', { text: 'as it is now' }));
    return root;
  }
  const button = el('button', { type: 'button', class: 'plain', text: 'Restore', 'aria-label': `Restore the version of ${time.toLocaleString()}` });
  button.addEventListener('click', bring);
  root.append(button);
  return root;
}
