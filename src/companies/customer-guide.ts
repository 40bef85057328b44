/** The guide that a company's JumpCloud admin follows, with the values of an installation. Labels are JumpCloud's own. */

export interface GuideValues {
  productName: string;
  /** The product: the Login URL at JumpCloud. */
  appUrl: string;
  /** One for each installation of the product. */
  regions: { name: string; publicUrl: string }[];
  /** Where the admin asks for a setup link; undefined where the product says it elsewhere. */
  supportUrl: string | undefined;
}

type Block =
  | { kind: 'heading'; level: 1 | 2; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'steps'; items: string[] }
  | { kind: 'table'; rows: string[][] };

/** `code` in back quotes, and **bold**, as in Markdown. */
export function guideBlocks({ productName, appUrl, regions, supportUrl }: GuideValues): Block[] {
  const contact =
    supportUrl === undefined ? `the ${productName} team` : `the ${productName} team (${supportUrl})`;
  const uris = regions.map(({ name, publicUrl }) => [name, `\`${publicUrl}/login/callback\``]);
  return [
    { kind: 'heading', level: 1, text: `JumpCloud single sign-on for ${productName}` },
    {
      kind: 'text',
      text: `Your people sign in to ${productName} with JumpCloud, by OpenID Connect (OIDC). You need to be an administrator of JumpCloud, and to be able to add a DNS record for your email domain.`,
    },
    { kind: 'heading', level: 2, text: 'Get a setup link' },
    {
      kind: 'text',
      text: `Ask ${contact} for a setup link. It opens one page with every step below, with buttons that copy the values. The link is valid for a week and can be opened again. Do not pass it on: anyone who has it can use it. You share no Client Secret by email, chat or a password manager.`,
    },
    { kind: 'heading', level: 2, text: 'Create the application in JumpCloud' },
    {
      kind: 'steps',
      items: [
        'Sign in to the [JumpCloud Admin Portal](https://console.jumpcloud.com/), open **SSO Applications** and click **+ Add New Application**.',
        'Select **Custom Application** and click **Next**.',
        'Select **Manage Single Sign-On (SSO)**, then **Configure SSO with OIDC**. JumpCloud preselects SAML, so check this. Click **Next**.',
        `Enter \`${productName}\` as **Display Label**, select **Show application in User Portal**, and click **Next** and **Configure Application**.`,
        'Under **Grant type** select **Refresh Token**.',
        'Under **Redirect URI** enter the one of your region, from the table below.',
        'Set **Client Authentication Type** to **Client Secret Post**.',
        `Enter \`${appUrl}\` as **Login URL**.`,
        'Under **Attribute Mapping** enable the Standard Scopes **Email** and **Profile**.',
        'Click **Activate**. **Save** is not enough.',
        'JumpCloud shows the **Client ID** and the **Client Secret** once. Keep the window open until you have pasted both into the page of the setup link.',
        'In the tab **User Groups** assign everyone who may sign in, yourself included.',
      ],
    },
    { kind: 'table', rows: [['Region', 'Redirect URI'], ...uris] },
    { kind: 'heading', level: 2, text: 'Enable single sign-on' },
    {
      kind: 'steps',
      items: [
        'Prove your email domain: add the TXT record that the page shows. DNS can take from minutes to hours to show it.',
        'Paste the Client ID and the Client Secret. They are checked at JumpCloud before they are saved.',
        'Test the sign-in with your own account. Nobody else notices.',
        'Look at who will be linked to the account they have.',
        'Enable. Your people then see **Continue with JumpCloud**; the page has a text to send to them.',
      ],
    },
    {
      kind: 'text',
      text: 'People who signed in with Google or GitHub before keep their account: it is linked by the work email at the first sign-in with JumpCloud.',
    },
    { kind: 'heading', level: 2, text: 'Change it later' },
    {
      kind: 'text',
      text: `For a new Client Secret, or another JumpCloud application, ask ${contact} for another link. To replace the application, your domain has to show a new DNS record first.`,
    },
  ];
}

/** The guide as Markdown. */
export function guideMarkdown(values: GuideValues): string {
  const text = (block: Block): string => {
    switch (block.kind) {
      case 'heading':
        return `${'#'.repeat(block.level)} ${block.text}`;
      case 'steps':
        return block.items.map((item, i) => `${i + 1}. ${item}`).join('\n');
      case 'table': {
        const [head = '', ...rows] = block.rows.map((cells) => `| ${cells.join(' | ')} |`);
        return [head, `|${'---|'.repeat(block.rows[0]?.length ?? 0)}`, ...rows].join('\n');
      }
      default:
        return block.text;
    }
  };
  return `${guideBlocks(values).map(text).join('\n\n')}\n`;
}

/** The guide as a page of its own, without style or script. */
export function guideHtml(values: GuideValues): string {
  const html = (block: Block): string => {
    switch (block.kind) {
      case 'heading':
        return `<h${block.level}>${inline(block.text)}</h${block.level}>`;
      case 'steps':
        return `<ol>\n${block.items.map((item) => `<li>${inline(item)}</li>`).join('\n')}\n</ol>`;
      case 'table': {
        const row = (cells: string[], cell: string) =>
          `<tr>${cells.map((text) => `<${cell}>${inline(text)}</${cell}>`).join('')}</tr>`;
        return `<table>\n${block.rows.map((cells, i) => row(cells, i === 0 ? 'th' : 'td')).join('\n')}\n</table>`;
      }
      default:
        return `<p>${inline(block.text)}</p>`;
    }
  };
  const title = inline(`JumpCloud single sign-on for ${values.productName}`);
  const body = guideBlocks(values).map(html).join('\n');
  return `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${title}</title></head>\n<body>\n${body}\n</body>\n</html>\n`;
}

const ESCAPED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function inline(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => ESCAPED[character] ?? character)
    .replace(/\[([^\]]+)\]\((https:[^)\s]+)\)/g, '<a href="$2">$1</a>')
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');
}
