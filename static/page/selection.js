// Which scene is selected, and which step is shown: kept with the address and, the scene per story, for this tab.
const PREFIX = 'studio.scene.';

/** Give the id of the scene that was selected last in a story, or ''. */
export function remembered(project) {
  const named = inAddress();
  if (named) return named;
  try {
    return sessionStorage.getItem(PREFIX + project) || '';
  } catch {
    return '';
  }
}

/** Keep which scene is selected. */
export function remember(project, scene) {
  const here = new URL(location.href);
  here.hash = encodeURIComponent(scene);
  history.replaceState(history.state, '', here);
  try {
    sessionStorage.setItem(PREFIX + project, scene);
  } catch {
    // the address tells it
  }
}

/** Give the step that the address names, or ''. */
export function stepInAddress() {
  return new URL(location.href).searchParams.get('step') || '';
}

/** Keep which step is shown, '' for the first one, as a place to come back to. */
export function rememberStep(step) {
  const here = new URL(location.href);
  if (step) here.searchParams.set('step', step);
  else here.searchParams.delete('step');
  history.pushState(null, '', here);
}

function inAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return ''; // '#100%' names no scene
  }
}
