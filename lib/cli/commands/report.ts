import { join } from 'node:path';
import type { Command } from 'commander';
import { withExamples } from '../help';

interface ReportFlags {
  readonly out?: string;
  readonly json?: boolean;
}

/** `xkd report RUNS...`: shows the results of many runs in one table, beside the paper's. */
export function register(program: Command): void {
  const command = program
    .command('report')
    .description('Put the results of many evaluations into one table next to the paper’s figures')
    .argument('<runs...>', 'results that "xkd evaluate" wrote, or folders to look for them in')
    .option('--out <folder>', 'write report.md, report.csv and report.html (an interactive figure) there')
    .option('--json', 'print one JSON object instead of Markdown')
    .action(run);
  withExamples(command, [
    'xkd report runs',
    'xkd report runs/first/evaluation runs/second/evaluation --out reports/two',
  ]);
}

async function run(paths: readonly string[], { out, json }: ReportFlags): Promise<void> {
  const { readResultReport, reportCsv, reportMarkdown } = await import('../../eval/report');
  const report = readResultReport(paths);
  const markdown = reportMarkdown(report);
  if (out !== undefined) {
    const { makeFolder, writeFileAtomic } = await import('../../files');
    const { writeResultPage } = await import('../../figures/pages/resultTable');
    makeFolder(out);
    writeFileAtomic(join(out, 'report.md'), markdown);
    writeFileAtomic(join(out, 'report.csv'), reportCsv(report));
    writeResultPage(join(out, 'report.html'), report);
    process.stderr.write(`xkd: wrote report.md, report.csv and report.html to ${out}\n`);
  }
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : markdown);
}
