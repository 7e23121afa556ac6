// What the parts of the page tell each other without the server: which work goes on right now.
const target = new EventTarget();
let jobs = [];
let planning = false;

/** Give the work going on, as last heard. */
export function currentJobs() {
  return jobs;
}

/** Say whether a language model plans right now. */
export function isPlanning() {
  return planning;
}

/** Tell every part which work goes on. */
export function tellJobs(next) {
  jobs = next;
  target.dispatchEvent(new Event('jobs'));
}

/** Tell every part whether a planning goes on. */
export function tellPlanning(next) {
  planning = next;
  target.dispatchEvent(new Event('planning'));
}

/** Call back at each change of the work, until `element` has left the page. */
export function onJobs(element, callback) {
  listen('jobs', element, () => callback(jobs));
}

/** Call back when a planning begins or ends, until `element` has left the page. */
export function onPlanning(element, callback) {
  listen('planning', element, () => callback(planning));
}

function listen(name, element, callback) {
  const hear = () => {
    if (element.isConnected) callback();
    else target.removeEventListener(name, hear);
  };
  target.addEventListener(name, hear);
}
