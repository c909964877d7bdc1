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
  /** By name: its value, whether its newest cell has assigned it, and setters of variables. */
  #holders = new Map();

  has(name) {
    const property = Object.getOwnPropertyDescriptor(this.object, name);
    const holder = this.#holders.get(name);
    // An abandoned cell that goes on may have defined a property itself.
    return property !== undefined && (property.get === undefined || holder?.assigned !== false);
  }

  get(name) {
    return this.object[name];
  }

  set(name, value) {
    this.object[name] = value;
  }

  /** The names that a cell declares keep their values until it assigns them. */
  declare(names) {
    for (const name of names) {
      const holder = {
        value: this.object[name],
        assigned: false,
        setters: this.#holders.get(name)?.setters ?? [],
      };
      const set = (value) => {
        holder.value = value;
        holder.assigned = true;
        const { setters } = holder;
        for (let i = 0; i < setters.length; i += 1) call(setters[i].set, value);
      };
      this.#holders.set(name, holder);
      const get = () => holder.value;
      Object.defineProperty(this.object, name, { get, set, enumerable: true, configurable: true });
    }
  }

  /**
   * Takes a cell's setters by name.
   *
   * @param source of the cell: of one that is run again and again, only the newest runs are followed
   */
  follow(source, setters) {
    for (const [name, set] of Object.entries(setters)) {
      const holder = this.#holders.get(name);
      const same = holder.setters.filter((each) => each.source === source);
      const dropped = same.slice(0, -mostRuns);
      holder.setters = [...holder.setters.filter((each) => !dropped.includes(each)), { source, set }];
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

/** Earlier runs of the same cell that are followed, such as that of a timer that still runs. */
const mostRuns = 3;

function call(set, value) {
  try {
    set(value);
  } catch (error) {
    // A variable that its cell has not reached yet, or never did.
    if (!(error instanceof ReferenceError)) throw error;
  }
}

/** An import, whose name TypeScript defines as a property that cannot be changed. */
const importedName =
  /^Object\.defineProperty\(exports, "([^"]+)", \{ enumerable: true, get: function \(\) \{ return (.+); \} \}\);$/gm;

/**
 * The JavaScript of a cell with a call that hands its setters over, and with constants that these can set. TypeScript has
 * checked before that no cell assigns to a constant. Lines stay the same, and columns where code of the cell is.
 *
 * @param output CommonJS, as compiled
 * @param names the names that the cell shares
 */
function withSetters(ts, output, names) {
  let text = output.replace(importedName, (_, name, value) => `exports.${name} = ${value};`);
  const file = ts.createSourceFile('cell.js', text, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  const shared = new Set(names);
  const own = new Set();
  const take = (name) => {
    if (ts.isIdentifier(name)) {
      if (shared.has(name.text)) own.add(name.text);
    } else for (const element of name.elements) if (element.name) take(element.name);
  };
  const takeAll = ({ declarations }) => declarations.forEach(({ name }) => take(name));
  /** Variables of blocks belong to the whole cell if they are declared with `var`. */
  const takeHoisted = (node) => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped)) takeAll(node);
    ts.forEachChild(node, takeHoisted);
  };
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      if (statement.name) take(statement.name);
    } else if (ts.isVariableStatement(statement)) {
      takeAll(statement.declarationList);
      const start = statement.declarationList.getStart(file);
      const isConstant = statement.declarationList.flags & ts.NodeFlags.Const;
      if (isConstant) text = `${text.slice(0, start)}let  ${text.slice(start + 'const'.length)}`;
    } else takeHoisted(statement);
  }
  const first = file.statements.find((statement) => !isDirective(ts, statement));
  if (own.size === 0 || first === undefined) return text;
  let parameter = 'value';
  while (own.has(parameter)) parameter += '_';
  const setters = [...own].map((name) => `${name}(${parameter}) { ${name} = ${parameter}; }`);
  const start = first.getStart(file);
  return `${text.slice(0, start)}__tslab__.follow({ ${setters.join(', ')} }); ${text.slice(start)}`;
}

/** True for `'use strict'` and its like, which count only before all else. */
function isDirective(ts, statement) {
  return ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);
}

module.exports = { SharedNames, withSetters };
