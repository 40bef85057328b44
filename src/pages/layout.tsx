import type { ComponentChildren } from 'preact';

export interface LayoutProps {
  title: string;
  productName: string;
  /** Where a browser without JavaScript goes after so many seconds. */
  refresh?: { after: number; url: string };
  script?: string;
  children: ComponentChildren;
}

/** Every page: one card, readable at any width, in light and dark. */
export function Layout({ title, productName, refresh, script, children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        {refresh !== undefined && (
          <noscript>
            <meta http-equiv="refresh" content={`${refresh.after}; url=${refresh.url}`} />
          </noscript>
        )}
        <title>{`${title} · ${productName}`}</title>
        <link rel="stylesheet" href="/assets/style.css" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        {script !== undefined && <script src={script} defer />}
      </head>
      <body>
        <main>
          <p class="product">{productName}</p>
          <div class="card">
            <h1>{title}</h1>
            {children}
          </div>
        </main>
      </body>
    </html>
  );
}
