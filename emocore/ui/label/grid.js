// A grid of faces to label by keyboard or by click. What was done and not yet answered by the server is sent
// again with every message, numbered, so that no key press is lost however fast they follow each other.
const kept = new WeakMap()

export default function (component) {
  const { data, parentElement, setStateValue } = component
  const root = parentElement.querySelector("#grid-root")
  let my = kept.get(root)
  if (!my) {
    const nonce = String(Date.now()) + Math.random().toString(36).slice(2)
    my = { nonce, next: 1, waiting: [], focus: 0, anchor: 0, chosen: new Set(), page: "" }
    kept.set(root, my)
    document.addEventListener("keydown", event => fromPage(root, my, event))
  }
  if (my.page !== data.page) Object.assign(my, { page: data.page, focus: 0, anchor: 0, chosen: new Set() })
  if (data.nonce === my.nonce) my.waiting = my.waiting.filter(act => act.number > data.done)
  my.send = act => {
    my.waiting.push({ ...act, number: my.next++, page: data.page })
    setStateValue("acts", { nonce: my.nonce, list: my.waiting })
  }
  my.data = data
  const box = root.querySelector('[role="listbox"]')
  const inside = box.contains(box.getRootNode().activeElement)
  draw(root, my)
  if (inside) box.children[my.focus]?.focus({ preventScroll: true })
}

function draw(root, my) {
  const { data } = my
  const box = root.querySelector('[role="listbox"]')
  box.setAttribute("aria-label", data.name)
  box.style.setProperty("--face", data.width + "px")
  while (box.children.length > data.faces.length) box.lastChild.remove()
  data.faces.forEach((face, place) => fill(box.children[place] ?? box.appendChild(cell()), face, place, my))
  box.querySelectorAll(".cell").forEach((made, place) => {
    made.onclick = event => click(root, my, place, event)
    made.onfocus = () => { my.focus = place; roving(box, my) }
  })
  box.onkeydown = event => key(root, my, event)
  toolbar(root, my)
  roving(box, my)
}

// A digit labels also before anything was clicked or reached by Tab.
function fromPage(root, my, event) {
  const isElsewhere = document.activeElement && document.activeElement !== document.body
  if (isElsewhere || !root.isConnected || event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return
  root.querySelector('[role="listbox"]').children[my.focus]?.focus({ preventScroll: true })
  key(root, my, event)
}

function cell() {
  const made = document.createElement("div")
  made.className = "cell"
  made.setAttribute("role", "option")
  made.innerHTML = '<img alt=""><span class="word"></span><span class="under"></span><span class="tick" aria-hidden="true">✓</span>'
  return made
}

function fill(made, face, place, my) {
  const image = made.querySelector("img")
  if (image.getAttribute("src") !== face.picture) image.setAttribute("src", face.picture)
  let value = face.value
  for (const act of my.waiting) if (act.do === "assign" && act.page === my.data.page && act.places.includes(place)) value = act.value
  const known = my.data.values.find(choice => choice.value === value)
  made.querySelector(".word").textContent = value
  made.querySelector(".under").textContent = face.under
  made.style.setProperty("--mark", known?.color ?? "transparent")
  made.classList.toggle("changed", value !== face.was)
  const chosen = my.chosen.has(place)
  made.setAttribute("aria-selected", String(chosen))
  made.setAttribute("aria-label", [`Face ${place + 1}`, value, value !== face.was && face.was ? `was ${face.was}` : "", face.under].filter(Boolean).join(", "))
  made.title = face.title
}

function roving(box, my) {
  my.focus = Math.min(my.focus, my.data.faces.length - 1)
  Array.from(box.children).forEach((made, place) => made.setAttribute("tabindex", place === my.focus ? "0" : "-1"))
  Array.from(box.children).forEach((made, place) => made.classList.toggle("here", place === my.focus))
}

function toolbar(root, my) {
  const bar = root.querySelector('[role="toolbar"]')
  const wanted = [
    ...my.data.values.map((choice, at) => ({ key: String(at + 1), says: choice.value, color: choice.color, run: () => assign(root, my, choice.value) })),
    ...["undo", "redo"].filter(what => my.data[what] !== null).map(what => (
      { key: what[0].toUpperCase(), says: what === "undo" ? "Undo" : "Redo", off: !my.data[what], run: () => act(root, my, what) })),
  ]
  while (bar.children.length > wanted.length) bar.lastChild.remove()
  wanted.forEach((choice, at) => {
    const button = bar.children[at] ?? bar.appendChild(document.createElement("button"))
    button.type = "button"
    if (button.dataset.says !== choice.says) {
      button.dataset.says = choice.says
      button.innerHTML = "<kbd></kbd><span></span>"
    }
    button.querySelector("kbd").textContent = at < 9 || choice.key.length ? choice.key : ""
    button.querySelector("span").textContent = choice.says
    button.style.setProperty("--mark", choice.color ?? "transparent")
    button.disabled = Boolean(choice.off)
    button.onclick = choice.run
  })
  count(root, my)
}

function count(root, my) {
  const many = my.chosen.size
  root.querySelector(".count").textContent = many > 1
    ? `${many} selected: a digit labels all of them`
    : `${many || "None"} selected: a digit labels the current face and moves to the next one. A frame marks the current face.`
}

function say(root, text) { root.querySelector('[role="status"]').textContent = text }

function act(root, my, what) {
  my.send({ do: what })
  say(root, what === "undo" ? "Undone" : what === "redo" ? "Redone" : "")
}

function assign(root, my, value) {
  // One face a page: the next key is for the next face, so it waits until that is there
  if (my.data.turns && my.waiting.some(act => act.do === "assign" && act.page === my.data.page)) return
  const places = my.chosen.size ? [...my.chosen].sort((a, b) => a - b) : [my.focus]
  const single = places.length === 1
  my.chosen = new Set()
  my.send({ do: "assign", places, value })
  if (single) my.focus = Math.min(places[0] + 1, my.data.faces.length - 1)
  const box = root.querySelector('[role="listbox"]')
  const inside = box.contains(box.getRootNode().activeElement)
  draw(root, my)
  if (inside) box.children[my.focus]?.focus()
  const next = single ? (my.data.turns ? ". Next page" : `. Now face ${my.focus + 1}`) : ""
  say(root, `${places.length} ${places.length === 1 ? "face" : "faces"}: ${value}${next}`)
}

function toggle(my, place) { my.chosen.has(place) ? my.chosen.delete(place) : my.chosen.add(place) }

function span(my, place) {
  const [low, high] = [Math.min(my.anchor, place), Math.max(my.anchor, place)]
  for (let at = low; at <= high; at++) my.chosen.add(at)
}

function click(root, my, place, event) {
  if (event.shiftKey) span(my, place)
  else { toggle(my, place); my.anchor = place }
  my.focus = place
  draw(root, my)
  root.querySelector('[role="listbox"]').children[place].focus()
}

function columns(box) {
  const tops = Array.from(box.children, made => made.offsetTop)
  return tops.filter(top => top === tops[0]).length || 1
}

function key(root, my, event) {
  const box = root.querySelector('[role="listbox"]')
  const across = columns(box), last = my.data.faces.length - 1
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across, Home: -my.focus, End: last - my.focus }
  const pressed = event.key
  if (pressed in steps) {
    const to = my.focus + steps[pressed]
    if (to < 0 || to > last) { event.preventDefault(); return }
    if (event.shiftKey) { span(my, to) } else { my.anchor = to }
    my.focus = to
  } else if (pressed === " " || pressed === "Enter") { toggle(my, my.focus); my.anchor = my.focus }
  else if (pressed === "Escape") my.chosen = new Set()
  else if ((event.ctrlKey || event.metaKey) && pressed.toLowerCase() === "a") my.chosen = new Set(my.data.faces.keys())
  else if (event.ctrlKey || event.metaKey || event.altKey) return
  else if (/^[1-9]$/.test(pressed) && my.data.values[Number(pressed) - 1]) {
    event.preventDefault(); event.stopPropagation()
    assign(root, my, my.data.values[Number(pressed) - 1].value); return
  } else if (pressed.toLowerCase() === "u" && my.data.undo !== null) act(root, my, "undo")
  else if (pressed.toLowerCase() === "r" && my.data.redo !== null) act(root, my, "redo")
  else if (pressed.toLowerCase() === "n" || pressed === "PageDown") act(root, my, "next")
  else if (pressed.toLowerCase() === "p" || pressed === "PageUp") act(root, my, "previous")
  else return
  event.preventDefault()
  event.stopPropagation()
  draw(root, my)
  box.children[my.focus]?.focus()
}
