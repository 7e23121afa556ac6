// Small builders for HTML and SVG. Text only ever goes in through textContent.
const SVG = 'http://www.w3.org/2000/svg';
const KEPT = '\u00a0'; // a space at which no line breaks

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'text') node.textContent = value;
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Make an HTML element; `text` becomes its textContent, other attributes are set as they are. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Make an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Make a button that does something. */
export function button(kind, text, run) {
  const made = el('button', { type: 'button', class: kind, text });
  made.addEventListener('click', run);
  return made;
}

/** Make a field with its words above it, and a hint below where there is one. */
export function labelled(words, input, hint = '') {
  return el('label', { class: 'field' }, el('span', { text: words }), input, hint ? el('small', { text: hint }) : '');
}

/** Make the list of some `[name, words]`. */
export function factList(facts) {
  return el('dl', {}, ...facts.flatMap(([name, words]) => [el('dt', { text: name }), el('dd', { text: words })]));
}

/** Give the address of something the studio serves, under whatever path it is mounted. */
export function address(path) {
  return new URL(path, document.baseURI).href;
}

/** Say how many there are: '1 scene', '3 scenes'. */
export function counted(number, word) {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

/** Say seconds as a person would, in words that stay on one line: '8 s', '1 min 20 s'. */
export function duration(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole}${KEPT}s`;
  const rest = whole % 60;
  return [Math.floor(whole / 60), 'min', ...(rest ? [rest, 's'] : [])].join(KEPT);
}

/** Whether the storyteller asked for little motion. */
export function isCalm() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Give the focus to the first of some elements that is there, where what had it is gone or hidden. */
export function keepFocus(...places) {
  const now = document.activeElement;
  if (now && now !== document.body && now.checkVisibility()) return;
  const next = places.find((place) => place && place !== document.body && place.isConnected && place.checkVisibility() && !place.disabled);
  if (next) next.focus({ preventScroll: true });
}
