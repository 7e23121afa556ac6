// The takes of a scene that were deleted: they can come back until the studio is cleaned.
import { el } from '../dom.js';

/** The fold-out list; `recover(id)` brings one back. */
export class TakeBin {
  constructor(recover) {
    this.recover = recover;
    this.summary = el('summary');
    this.list = el('ul');
    this.root = el('details', { class: 'take-bin', hidden: true }, this.summary, this.list,
      el('small', { text: 'They stay here until the studio is cleaned.' }));
  }

  /** Show the bin of a SceneView. */
  draw(binned = []) {
    const made = JSON.stringify(binned);
    if (made === this.made) return;
    this.made = made;
    this.root.hidden = !binned.length;
    this.summary.textContent = `Deleted: ${binned.length} ${binned.length === 1 ? 'take' : 'takes'}`;
    this.list.replaceChildren(...binned.map((take) => this.row(take)));
  }

  row({ id, label, note }) {
    const back = el('button', { type: 'button', class: 'quiet', text: 'Bring it back', 'aria-label': `Bring ${label} back` });
    back.addEventListener('click', () => { back.disabled = true; this.recover(id); });
    return el('li', {}, el('span', { text: `${label}, ${note}` }), back);
  }
}
