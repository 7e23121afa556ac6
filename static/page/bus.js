// What the parts of the page tell each other without the server: which work goes on right now.
const target = new EventTarget();
let jobs = [];

/** Give the work going on, as last heard. */
export function currentJobs() {
  return jobs;
}

/** Tell every part which work goes on. */
export function tellJobs(next) {
  jobs = next;
  target.dispatchEvent(new Event('jobs'));
}

/** Call back at each change, until `element` has left the page. */
export function onJobs(element, callback) {
  const hear = () => {
    if (element.isConnected) callback(jobs);
    else target.removeEventListener('jobs', hear);
  };
  target.addEventListener('jobs', hear);
}
