// One learned motion or look among the others: it moves while it is pointed at, opens, and can be kept or deleted.
import { address, button, el, isCalm, keepFocus } from '../dom.js';
import { download } from '../download.js';
import { Strip } from '../strip.js';
import { badgeOf, kindWords, madeWords, removalWords, usedWords } from './words.js';

/** The card of a Card; `look(card)` opens it, `remove(card)` deletes it once that was asked. */
export class LearnedCard {
  constructor(card, { look, remove }) {
    this.face = el('button', { type: 'button', class: 'learned-face', 'aria-label': `Look closer: ${card.title}` }, picture(card));
    this.face.addEventListener('click', () => look(card));
    const badge = el('span', { class: badgeOf(card), text: card.state_words });
    const used = usedWords(card);
    this.root = el('li', { class: 'learned-card', 'data-learned': card.id, 'data-kind': card.kind }, this.face,
      el('header', {}, el('h3', { text: card.title }), badge), el('p', { class: 'learned-kind', text: kindWords(card) }),
      el('p', { class: 'learned-told', text: madeWords(card) }), used ? el('p', { class: 'learned-told', text: `${used}.` }) : '',
      doings(card, { look, remove }));
    if (card.preview) this.listen(card.preview);
  }

  /** Let the sample move while the card is pointed at or has the focus. */
  listen(preview) {
    const strip = new Strip('');
    strip.root.hidden = true;
    this.face.append(strip.root);
    const play = () => { if (!isCalm()) { strip.root.hidden = false; strip.show(preview); } };
    const stand = () => { strip.stop(); strip.root.hidden = true; };
    for (const name of ['pointerenter', 'focusin']) this.root.addEventListener(name, play);
    for (const name of ['pointerleave', 'focusout']) this.root.addEventListener(name, stand);
  }
}

/** Make the buttons of a Card: without `look` it is open already. */
export function doings(card, { look = null, remove }) {
  const root = el('div', { class: 'learned-doings' });
  if (look) root.append(button('quiet', 'Look closer', () => look(card)));
  if (card.export) root.append(download('Download', card.export, `${card.title}.zip`));
  if (card.removable) root.append(button('quiet', 'Delete …', () => ask(root, card, remove)));
  return root;
}

/** Put the question whether to delete in the place of some buttons. */
function ask(line, card, remove) {
  const words = removalWords(card);
  const back = () => { root.replaceWith(line); keepFocus(line.querySelector('button:last-of-type')); };
  const keep = button('plain', 'Keep it', back);
  const yes = button('accent', 'Delete it', () => { back(); remove(card); });
  const root = el('div', { class: 'learned-question', role: 'group', 'aria-label': words }, el('p', { text: words }), yes, keep);
  root.addEventListener('keydown', (event) => { if (event.key === 'Escape') { event.preventDefault(); back(); } });
  line.replaceWith(root);
  keep.focus();
}

function picture({ preview, title, kind }) {
  if (!preview) return el('span', { class: 'no-sample', 'aria-hidden': 'true', text: kind === 'motion' ? '⇝' : [...title][0] });
  return el('span', { class: 'third-of-six' }, el('img', { src: address(preview), alt: '', loading: 'lazy', draggable: 'false' }));
}
