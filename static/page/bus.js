// What the parts of the page tell each other without the studio: whether a model plans, and which story is wanted.
const target = new EventTarget();
let planning = false;
let unheard = null; // a wish from before the part that carries it out was there

/** Say whether a language model plans right now. */
export function isPlanning() {
  return planning;
}

/** Tell every part whether a planning goes on. */
export function tellPlanning(next) {
  planning = next;
  target.dispatchEvent(new Event('planning'));
}

/** Ask for a story to be opened, at a step of it where one is named; `notice` is told above it. */
export function goTo(project, notice = null, step = '') {
  unheard = { project, notice, step };
  target.dispatchEvent(new Event('go'));
}

/** Tell every part that the first page is shown. */
export function tellWelcome() {
  target.dispatchEvent(new Event('welcome'));
}

/** Tell every part that the page of a story is shown. */
export function tellStory() {
  target.dispatchEvent(new Event('story'));
}

/** Call back when the page of a story is shown, until `element` has left the page. */
export function onStory(element, callback) {
  listen('story', element, callback);
}

/** Call back when the first page is shown, until `element` has left the page. */
export function onWelcome(element, callback) {
  listen('welcome', element, callback);
}

/** Call back when a story is asked for, until `element` has left the page. */
export function onGo(element, callback) {
  const go = () => {
    const wish = unheard;
    unheard = null;
    if (wish) callback(wish);
  };
  listen('go', element, go);
  go();
}

/** Call back when a planning begins or ends, until `element` has left the page. */
export function onPlanning(element, callback) {
  listen('planning', element, () => callback(planning));
}

function listen(name, element, callback) {
  const hear = (event) => {
    if (element.isConnected) callback(event);
    else target.removeEventListener(name, hear);
  };
  target.addEventListener(name, hear);
}
