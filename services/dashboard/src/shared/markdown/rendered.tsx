/**
 * Markdown as elements, never as markup: HTML in it stays text, addresses that are no web or mail address lose their link
 * (react-markdown's `defaultUrlTransform`), and pictures from elsewhere are links, so that reading tells nobody anything.
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkBreaks from 'remark-breaks';
import remarkGfm from 'remark-gfm';

import { membersQuery } from '@/shared/api/system';

import { references } from './references';

const OWN_TASK = /^\/tasks\/(\d+)$/;

const elsewhere = (href: string | undefined, children: React.ReactNode) => (
  <a href={href} target="_blank" rel="noreferrer nofollow">
    {children}
  </a>
);

const heading = ({ children }: { children?: React.ReactNode }) => <p className="md-heading">{children}</p>;

/** Headings are bold lines: the page has an outline of its own, which no text may break. */
const components: Components = {
  h1: heading,
  h2: heading,
  h3: heading,
  h4: heading,
  h5: heading,
  h6: heading,
  a: ({ href, children }) => {
    const number = OWN_TASK.exec(href ?? '')?.[1];
    if (number === undefined) return elsewhere(href, children);
    return (
      <Link to="/tasks/$number" params={{ number }}>
        {children}
      </Link>
    );
  },
  img: ({ src, alt }) => elsewhere(typeof src === 'string' ? src : undefined, alt === '' ? src : alt),
  input: ({ checked }) => <span aria-hidden="true">{checked ? '☑ ' : '☐ '}</span>,
  table: ({ children }) => (
    // A wide table scrolls by itself, also by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="overflow-x-auto" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};

export function Rendered({ text }: { text: string }) {
  const members = useQuery(membersQuery);
  const plugins = useMemo(
    () => [remarkGfm, remarkBreaks, references((members.data ?? []).map(({ name }) => name))],
    [members.data],
  );
  return (
    <ReactMarkdown components={components} remarkPlugins={plugins}>
      {text}
    </ReactMarkdown>
  );
}
