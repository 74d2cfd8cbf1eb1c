// Elements are made of nodes and texts alone: whatever a record contains stays text.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element with attributes; children are nodes or texts. */
export function html(name, attributes = {}, ...children) {
  return dress(document.createElement(name), attributes, children);
}

/** An SVG element with attributes; children are nodes or texts. */
export function svg(name, attributes = {}, ...children) {
  return dress(document.createElementNS(SVG, name), attributes, children);
}

function dress(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...present(children));
  return element;
}

/** Puts children in the place of those that are there; what is null is left out. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
}

function present(children) {
  return children.filter((child) => child !== null && child !== undefined);
}

/** The element with an id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Sets a text, unless it is there already: readers of the screen need not hear it again. */
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
