import { type Command, InvalidArgumentError, Option } from 'commander';
import { guideHtml, guideMarkdown } from '../companies/customer-guide.ts';
import { webUrl } from '../config-values.ts';
import { configFor, type Io } from './io.ts';
import { printJson } from './output.ts';

interface GuideOptions {
  format: 'md' | 'html';
  region: Region[];
  json?: boolean;
}

interface Region {
  name: string;
  publicUrl: string;
}

const HELP = `
Prints the guide for a company's JumpCloud admin, with the values of this installation: PUBLIC_URL, APP_URL, PRODUCT_NAME,
SUPPORT_URL. For a product with an installation per region, name each one:
  sso-link guide --region EU=https://account.example.com --region US=https://account.us.example.com`;

export function guideCommand(program: Command, io: Io): void {
  program
    .command('guide')
    .description("print the guide for a company's JumpCloud admin")
    .addOption(new Option('--format <format>', 'how it is printed').choices(['md', 'html']).default('md'))
    .option('--region <name=url>', 'a region and its PUBLIC_URL; repeat it for more', addRegion, [])
    .option('--json', 'print JSON lines')
    .addHelpText('after', HELP)
    .action(async ({ format, region, json }: GuideOptions) => {
      const config = configFor(io, 'PUBLIC_URL', 'APP_URL', 'PRODUCT_NAME', 'SUPPORT_URL');
      const regions = region.length > 0 ? region : [{ name: 'All', publicUrl: config.PUBLIC_URL }];
      const text = (format === 'md' ? guideMarkdown : guideHtml)({
        ...{ productName: config.PRODUCT_NAME, appUrl: config.APP_URL, regions },
        supportUrl: config.SUPPORT_URL.replace(/^mailto:/, '') || undefined,
      });
      if (json) printJson(io, { format, text });
      else io.stdout.write(text);
    });
}

function addRegion(text: string, before: Region[]): Region[] {
  const [, name, address = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const url = webUrl(address);
  if (!name || !url)
    throw new InvalidArgumentError('Expected NAME=URL, like EU=https://account.example.com.');
  return [...before, { name, publicUrl: url.href.replace(/\/$/, '') }];
}
