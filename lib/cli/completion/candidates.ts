import type { Command, Option } from 'commander';
import { suggestionsFor, type Candidate } from '../suggestions';

/**
 * Completions of the last word, from the program's own commands and options. Empty if the shell's own completion should
 * be used, as for file names.
 *
 * @param words the words after `xkd`; the last one, which may be empty, is being typed
 */
export function completionCandidates(program: Command, words: readonly string[]): Candidate[] {
  const typed = words[words.length - 1] ?? '';
  const { command, position, pending } = readWords(program, words.slice(0, -1));
  return candidates(command, { position, pending, typed })
    .filter(({ text }) => text.startsWith(typed) && text !== typed)
    .filter((candidate, _, all) => isNextStep(candidate, typed, all));
}

interface Place {
  readonly command: Command;
  /** Number of arguments so far. */
  readonly position: number;
  /** The option whose value comes next. */
  readonly pending: Option | null;
}

function readWords(program: Command, words: readonly string[]): Place {
  let command = program;
  let position = 0;
  let pending: Option | null = null;
  for (const word of words) {
    if (pending !== null) {
      pending = null;
    } else if (word.startsWith('-')) {
      const option = optionOf(command, word);
      pending = option?.required && !word.includes('=') ? option : null;
    } else {
      const inner = command.commands.find((each) => each.name() === word);
      if (inner) [command, position] = [inner, 0];
      else position++;
    }
  }
  return { command, position, pending };
}

function candidates(
  command: Command,
  place: Omit<Place, 'command'> & { readonly typed: string },
): Candidate[] {
  const { position, pending, typed } = place;
  if (pending !== null) return suggestionsFor(pending);
  if (typed.startsWith('-') && typed.includes('=')) {
    const option = optionOf(command, typed);
    const name = typed.slice(0, typed.indexOf('=') + 1);
    return option ? suggestionsFor(option).map(({ text, help }) => ({ text: name + text, help })) : [];
  }
  if (typed.startsWith('-')) return optionsOf(command);
  const help = command.createHelp();
  const inner = help
    .visibleCommands(command)
    .map((each) => ({ text: each.name(), help: help.subcommandDescription(each) }));
  const given = command.registeredArguments;
  const argument = given[position] ?? given.find(({ variadic }) => variadic);
  return [...inner, ...(argument ? suggestionsFor(argument) : [])];
}

function optionOf(command: Command, word: string): Option | undefined {
  const [flag] = word.split('=');
  return command.options.find((option) => option.long === flag || option.short === flag);
}

function optionsOf(command: Command): Candidate[] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .flatMap((option) => (option.long ? [{ text: option.long, help: option.description }] : []));
}

/** `key=value` is offered only after `key=` has been typed, because the lists would be too long otherwise. */
function isNextStep({ text }: Candidate, typed: string, all: readonly Candidate[]): boolean {
  const key = text.slice(0, text.indexOf('=') + 1);
  return key === '' || key === text || typed.length >= key.length || !all.some((other) => other.text === key);
}
