// Where short messages stand: above all windows, so that they are in reach and read out.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { openDialog } from '../../../static/page/dialog.js';
import { el } from '../../../static/page/dom.js';
import { tellFailed, toast } from '../../../static/page/toast.js';
import { newPage, toasts } from './page.mjs';

const place = () => document.querySelector('.toasts').parentNode;

beforeEach(() => newPage());

test('a message stands in the window above all others, and stays when that closes', () => {
  toast('There is room.');
  assert.equal(place(), document.body);
  const [below, above] = ['Settings', 'The model'].map((title) => openDialog(document.body, title, el('p')));
  const said = toast('The disk is full.', { error: true });
  assert.equal(place(), above);
  above.close();
  assert.deepEqual([place(), said.isConnected], [below, true]);
  below.close();
  assert.deepEqual([place(), said.isConnected], [document.body, true]);
});

test('of some work only what has failed is told', () => {
  document.body.append(el('div', { class: 'gradio-container' }));
  tellFailed([{ title: 'A draft', state: 'failed', failed: '' }, { title: 'The film', state: 'done' }]);
  assert.equal(toasts().at(-1), 'A draft: that did not workTry it again.');
});
