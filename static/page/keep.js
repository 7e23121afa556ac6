// Behind one line: the story as a file to keep, and how it was planned.
import { el, address } from './dom.js';

/** The line and what opens below it. */
export class Keep {
  constructor() {
    this.body = el('div', { class: 'kept' });
    this.root = el('details', { class: 'keep-story' },
      el('summary', { text: 'The story as a file, and how it was planned' }), this.body);
  }

  draw({ files, planning }) {
    this.body.replaceChildren(exports(files), ...(planning ? [planned(planning)] : []));
  }
}

function exports(files) {
  const lines = files.map((file) => el('li', {},
    el('a', { href: address(file.address), download: file.file, text: file.words }),
    file.note ? el('small', { text: file.note }) : ''));
  return el('section', {}, el('h3', { text: 'Export' }), el('ul', {}, ...lines));
}

function planned({ facts, answers, repairs }) {
  const table = el('dl', {}, ...facts.flatMap(([name, value]) => [el('dt', { text: name }), el('dd', { text: value })]));
  const parts = [el('h3', { text: 'How it was planned' }), table];
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
