// Which scene is selected: kept with the address and, per story, for this tab.
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

function inAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return ''; // '#100%' names no scene
  }
}
