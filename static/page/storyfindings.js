// What is wrong with the story as a whole, and the button that mends all small things at once.
import { el } from './dom.js';
import { drawFindings } from './findings.js';

/** The findings of the story; `send(op)` asks for their fixes. */
export class StoryFindings {
  constructor(send) {
    this.send = send;
    this.list = el('ul', { class: 'findings' });
    this.mend = el('button', { type: 'button', class: 'plain mend', hidden: true });
    this.mend.addEventListener('click', () => { this.mend.disabled = true; send({ op: 'mend' }); });
    this.root = el('section', { class: 'story-findings', 'aria-label': 'The whole story' }, this.list, this.mend);
  }

  draw({ findings, mend }) {
    drawFindings(this.list, findings, { fix: (finding) => this.send({ op: 'fix', finding }) });
    this.mend.hidden = !mend;
    this.mend.disabled = false;
    this.mend.textContent = mend === 1 ? 'Mend 1 small thing' : `Mend ${mend} small things`;
    this.root.hidden = !findings.length && !mend;
  }
}
