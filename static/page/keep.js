// The story as files to keep, and how it was planned.
import { el, address, factList } from './dom.js';
import { openDialog } from './dialog.js';

/** Open the window with a story's files. */
export function openKeep(place, { files, planning }) {
  const note = el('p', { class: 'note', text: 'Who plays whom and the takes are only in the zip; the other files hold the story’s words and boxes.' });
  const parts = [note, exports(files), ...(planning ? [planned(planning)] : [])];
  openDialog(place, 'Keep this story', el('div', { class: 'kept' }, ...parts));
}

function exports(files) {
  const lines = files.map((file) => el('li', {},
    el('a', { href: address(file.address), download: file.file, text: file.words }),
    file.note ? el('small', { text: file.note }) : ''));
  return el('section', {}, el('h3', { text: 'Files' }), el('ul', {}, ...lines));
}

function planned({ facts, answers, repairs }) {
  const parts = [el('h3', { text: 'How it was planned' }), factList(facts)];
  if (answers.length) parts.push(el('h4', { text: 'The answers of the model' }), el('ol', {}, ...answers.map(answer)));
  if (repairs.length) parts.push(el('h4', { text: 'What was changed afterwards' }), list(repairs));
  return el('section', {}, ...parts);
}

function answer({ words, problems }) {
  return el('li', {}, words, problems.length ? list(problems) : '');
}

function list(lines) {
  return el('ul', {}, ...lines.map((text) => el('li', { text })));
}
