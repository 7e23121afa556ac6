// What is wrong with the story as a whole, and the button that mends all small things at once.
import { el, keepFocus } from './dom.js';
import { drawFindings } from './findings.js';

/** The findings of the story; `send(op)` asks for their fixes, `home()` gives what gets a focus that is left over. */
export class StoryFindings {
  constructor(send, home) {
    this.send = send;
    this.home = home;
    this.list = el('ul', { class: 'findings' });
    /** Stands elsewhere, where its coming and going moves nothing. */
    this.mend = el('button', { type: 'button', class: 'plain mend', hidden: true });
    this.mend.addEventListener('click', () => this.mendAll());
    this.root = el('section', { class: 'story-findings', 'aria-label': 'The whole story' }, this.list);
  }

  async mendAll() {
    this.mend.disabled = true;
    await this.send({ op: 'mend' });
    this.mend.disabled = false;
    keepFocus(this.mend, this.home());
  }

  draw({ findings, mend }) {
    drawFindings(this.list, findings, { fix: (finding) => this.send({ op: 'fix', finding }), home: this.home() });
    this.mend.hidden = !mend;
    this.mend.textContent = mend === 1 ? 'Mend 1 small thing' : `Mend ${mend} small things`;
    this.root.hidden = !findings.length;
  }
}
