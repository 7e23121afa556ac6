// Who can play: their faces in all colours, what they do and where; a press puts them into the idea.
import { face } from '../faces.js';
import { address, el } from '../dom.js';

/** Make the troupe; `say(words)` puts words into the idea. */
export function troupe({ players, does, places }, say) {
  if (!players.length) return [];
  return [
    el('div', { class: 'players', role: 'group', 'aria-label': 'Who can play' }, ...players.map((player) => figures(player, say))),
    el('p', { class: 'does' }, 'Each of them ', ...listed(does.map((word) => press(word, () => say(word)))), '.'),
    el('div', { class: 'places', role: 'group', 'aria-label': 'Where they play' }, ...places.map((place) => stage(place, say))),
  ];
}

function figures({ name, faces, colours }, say) {
  const shown = face(faces[0], name);
  const made = el('button', { type: 'button', class: 'troupe-figure', title: `A ${name}, in ${colours.join(', ')}` }, shown, el('span', { text: name }));
  made.addEventListener('click', () => say(`a ${name}`));
  let at = 0;
  made.addEventListener('pointerenter', () => { at = (at + 1) % faces.length; shown.src = address(faces[at]); });
  return made;
}

function stage({ name, picture }, say) {
  const words = `the ${name}`;
  const made = el('button', { type: 'button', class: 'place' }, el('img', { src: address(picture), alt: '', loading: 'lazy', draggable: 'false' }), el('span', { text: name }));
  made.addEventListener('click', () => say(words));
  return made;
}

function press(words, run) {
  const made = el('button', { type: 'button', class: 'link', text: words });
  made.addEventListener('click', run);
  return made;
}

function listed(parts) {
  return parts.flatMap((part, at) => (at ? [at === parts.length - 1 ? ' and ' : ', ', part] : [part]));
}
