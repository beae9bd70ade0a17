import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { App } from './App.jsx';

test('the page has one heading', () => {
  const html = renderToStaticMarkup(<App />);
  expect(html.match(/<h1>/g)).toHaveLength(1);
  expect(html).toContain('<h1>${{ values.name }}</h1>');
});
