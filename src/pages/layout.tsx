import type { ComponentChildren } from 'preact';
import { usePage } from './page-context.ts';

export interface LayoutProps {
  title: string;
  /** Errors and refusals look unlike the sign-in card. */
  kind?: 'problem' | 'wait';
  /** Where a browser without JavaScript goes after so many seconds. */
  refresh?: { after: number; url: string };
  script?: string;
  /** More than one, in their order. */
  scripts?: string[];
  /** For a page with more than a few lines. */
  wide?: boolean;
  /** Its logo stands beside the product's. */
  company?: { name: string; logo?: string } | undefined;
  children: ComponentChildren;
}

/** Every page: one card, readable at any width, in light and dark, with the product's brand. */
export function Layout(props: LayoutProps) {
  const { title, kind, refresh, script, scripts = [], wide, company, children } = props;
  const { productName, brand, messages } = usePage();
  return (
    <html lang={messages.locale}>
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
        <title>{title.includes(productName) ? title : `${title} · ${productName}`}</title>
        <link rel="stylesheet" href="/assets/style.css" />
        {brand.css && <link rel="stylesheet" href={brand.css} />}
        <link rel="icon" href={brand.logo ?? '/assets/icon.svg'} />
        {(script === undefined ? scripts : [script, ...scripts]).map((src) => (
          <script src={src} defer key={src} />
        ))}
      </head>
      <body>
        <main class={wide ? 'wide' : undefined}>
          <Product company={company} />
          <div class={kind === undefined ? 'card' : `card ${kind}`}>
            <h1>{title}</h1>
            {children}
          </div>
          <Legal />
        </main>
      </body>
    </html>
  );
}

/** The product's logo, else its name; and the company's logo, where there is one. */
function Product({ company }: Pick<LayoutProps, 'company'>) {
  const { productName, brand } = usePage();
  return (
    <p class="product">
      {brand.logo === undefined ? (
        productName
      ) : (
        <picture>
          {brand.logoDark && <source srcset={brand.logoDark} media="(prefers-color-scheme: dark)" />}
          <img src={brand.logo} alt={productName} />
        </picture>
      )}
      {company?.logo && <img class="company" src={company.logo} alt={company.name} />}
    </p>
  );
}

function Legal() {
  const { termsUrl, privacyUrl, messages } = usePage();
  if (termsUrl === undefined && privacyUrl === undefined) return null;
  return (
    <p class="legal">
      {termsUrl && <a href={termsUrl}>{messages.footer.terms}</a>}
      {privacyUrl && <a href={privacyUrl}>{messages.footer.privacy}</a>}
    </p>
  );
}
