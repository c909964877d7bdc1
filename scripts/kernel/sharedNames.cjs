'use strict';

/**
 * tslab runs each cell as a function of its own. Its functions, timers and callbacks read the cell's variables, while
 * later cells read and assign properties of one object. Here a name is one thing, as in a script: what a later cell
 * assigns or declares anew, earlier functions see. So each cell hands over a setter for each of its variables, and an
 * assignment to a property calls the setters of all cells that have declared the name.
 */
class SharedNames {
  /** What cells get as `exports`. */
  object = Object.create(null);
  /** By name: its value, whether it was assigned, and setters of variables, those of the newest cell last. */
  #holders = new Map();

  has(name) {
    const property = Object.getOwnPropertyDescriptor(this.object, name);
    const holder = this.#holders.get(name);
    // An import defines its property itself.
    return property !== undefined && (property.get !== holder?.get || holder.assigned);
  }

  get(name) {
    return this.object[name];
  }

  set(name, value) {
    this.object[name] = value;
  }

  /** The names that a cell declares have no value until it assigns one. */
  declare(names) {
    for (const name of names) {
      const holder = {
        value: undefined,
        assigned: false,
        setters: this.#holders.get(name)?.setters ?? [],
        get: () => holder.value,
      };
      const set = (value) => {
        holder.value = value;
        holder.assigned = true;
        const { setters } = holder;
        for (let i = 0; i < setters.length; i += 1) call(setters[i], value);
      };
      this.#holders.set(name, holder);
      Object.defineProperty(this.object, name, {
        get: holder.get,
        set,
        enumerable: true,
        configurable: true,
      });
    }
  }

  /** Takes a cell's setters by name. Variables of cells that were run again and again are followed only so far back. */
  follow(setters) {
    for (const [name, set] of Object.entries(setters)) {
      const holder = this.#holders.get(name);
      holder.setters = [...holder.setters, set].slice(-mostFollowed);
    }
  }

  /** The value of a name, which is forgotten. */
  take(name) {
    const value = this.object[name];
    delete this.object[name];
    return value;
  }

  delete(name) {
    this.#holders.delete(name);
    delete this.object[name];
  }
}

const mostFollowed = 20;

function call(set, value) {
  try {
    set(value);
  } catch {
    // A cell that failed before it reached the declaration; its variable can never be read.
  }
}

/**
 * The JavaScript of a cell with a call that hands its setters over, and with constants that these can set. TypeScript has
 * checked before that no cell assigns to a constant. Lines and columns stay the same behind the first line.
 *
 * @param output CommonJS, as compiled
 * @param names the names that the cell shares
 */
function withSetters(ts, output, names) {
  const file = ts.createSourceFile('cell.js', output, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  const shared = new Set(names);
  const own = new Set();
  let text = output;
  const take = (name) => {
    if (ts.isIdentifier(name)) {
      if (shared.has(name.text)) own.add(name.text);
    } else for (const element of name.elements) if (element.name) take(element.name);
  };
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      if (statement.name) take(statement.name);
    } else if (ts.isVariableStatement(statement)) {
      const { declarations, flags } = statement.declarationList;
      for (const { name } of declarations) take(name);
      const start = statement.declarationList.getStart(file);
      if (flags & ts.NodeFlags.Const) text = `${text.slice(0, start)}let  ${text.slice(start + 5)}`;
    }
  }
  if (own.size === 0) return text;
  let parameter = 'value';
  while (own.has(parameter)) parameter += '_';
  const setters = [...own].map((name) => `${name}(${parameter}) { ${name} = ${parameter}; }`);
  return `__tslab__.follow({ ${setters.join(', ')} }); ${text}`;
}

module.exports = { SharedNames, withSetters };
