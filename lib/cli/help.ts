import { Help, type Command, type Option } from 'commander';

/** A command line shown in help, starting with `xkd`, with a remark if needed. */
export type Example = string | readonly [commandLine: string, remark: string];

const shown = new WeakMap<Command, readonly Example[]>();

/** Layout of help: required options are in the first line, and marked in the list. */
export const helpLayout = {
  showGlobalOptions: true,
  commandUsage(this: Help, command: Command): string {
    const names = [];
    for (let each: Command | null = command; each !== null; each = each.parent) names.unshift(each.name());
    const required = command.options.filter(({ mandatory }) => mandatory).map(({ flags }) => flags);
    return [...names, ...required, command.usage()].join(' ');
  },
  optionDescription(this: Help, option: Option): string {
    const text = Help.prototype.optionDescription.call(this, option);
    return option.mandatory ? `${text} (required)` : text;
  },
};

/** Appends examples to a command's help; `remarks` follow them. */
export function withExamples(command: Command, examples: readonly Example[], remarks?: string): Command {
  shown.set(command, examples);
  const pairs = examples.map((example) => (typeof example === 'string' ? ([example, ''] as const) : example));
  const width = Math.max(...pairs.filter(([, remark]) => remark !== '').map(([line]) => line.length), 0);
  const lines = pairs.map(([line, remark]) =>
    remark ? `  ${line.padEnd(width)}  (${remark})` : `  ${line}`,
  );
  return command.addHelpText('after', `${remarks ? `\n${remarks}\n` : ''}\nExamples:\n${lines.join('\n')}\n`);
}

/** The command lines in a command's help. */
export function examplesOf(command: Command): string[] {
  return (shown.get(command) ?? []).map((example) => (typeof example === 'string' ? example : example[0]));
}
