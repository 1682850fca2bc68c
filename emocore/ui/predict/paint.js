// A face to draw on, pixel by pixel, with mouse, finger or keyboard. The whole face is sent at the end of a stroke.
const SIDE = 48
const kept = new WeakMap()

export default function (component) {
  const { data, parentElement, setStateValue } = component
  const root = parentElement.querySelector("#paint-root")
  let my = kept.get(root)
  if (!my || my.face !== data.face) {
    const first = Uint8Array.from(atob(data.face), letter => letter.charCodeAt(0))
    my = { face: data.face, first, now: first.slice(), undo: [], tone: "grey", size: 5, cursor: [24, 24] }
    kept.set(root, my)
  }
  my.mean = Math.round(my.first.reduce((sum, value) => sum + value, 0) / my.first.length)
  my.send = () => setStateValue("painted", btoa(String.fromCharCode(...my.now)))
  wire(root, my)
  draw(root, my)
}

function wire(root, my) {
  const canvas = root.querySelector("canvas")
  canvas.onpointerdown = event => {
    canvas.setPointerCapture(event.pointerId)
    my.undo.push(my.now.slice())
    stroke(root, my, place(canvas, event), null)
    my.last = place(canvas, event)
  }
  canvas.onpointermove = event => {
    if (!my.last) return
    const here = place(canvas, event)
    stroke(root, my, here, my.last)
    my.last = here
  }
  canvas.onpointerup = canvas.onpointercancel = () => { if (my.last) { my.last = null; my.send(); draw(root, my) } }
  canvas.onkeydown = event => key(root, my, event)
  canvas.onfocus = canvas.onblur = () => draw(root, my)
  root.querySelectorAll("[data-tone]").forEach(button => {
    button.onclick = () => { my.tone = button.dataset.tone; draw(root, my) }
  })
  root.querySelector("input").oninput = event => { my.size = Number(event.target.value); draw(root, my) }
  root.querySelector("[data-do=undo]").onclick = () => back(root, my)
  root.querySelector("[data-do=reset]").onclick = () => {
    my.undo.push(my.now.slice())
    my.now = my.first.slice()
    my.send()
    draw(root, my)
  }
}

function key(root, my, event) {
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
  if (event.key in moves) {
    const far = event.shiftKey ? 6 : 1
    my.cursor = my.cursor.map((at, axis) => Math.min(SIDE - 1, Math.max(0, at + far * moves[event.key][axis])))
    draw(root, my)
  } else if (event.key === " " || event.key === "Enter") {
    my.undo.push(my.now.slice())
    stroke(root, my, my.cursor, null)
    my.send()
  } else if (event.key === "u") back(root, my)
  else return
  event.preventDefault()
}

function back(root, my) {
  if (!my.undo.length) return
  my.now = my.undo.pop()
  my.send()
  draw(root, my)
}

function place(canvas, event) {
  const box = canvas.getBoundingClientRect()
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map(part => Math.floor(part * SIDE))
}

function stroke(root, my, to, from) {
  const [x0, y0] = from ?? to
  const steps = Math.max(Math.abs(to[0] - x0), Math.abs(to[1] - y0), 1)
  for (let step = 0; step <= steps; step++) {
    dab(my, Math.round(x0 + (to[0] - x0) * step / steps), Math.round(y0 + (to[1] - y0) * step / steps))
  }
  draw(root, my)
}

function dab(my, x, y) {
  const reach = (my.size - 1) / 2
  for (let row = Math.ceil(y - reach); row <= y + reach; row++) {
    for (let column = Math.ceil(x - reach); column <= x + reach; column++) {
      if (row < 0 || column < 0 || row >= SIDE || column >= SIDE) continue
      if (my.size > 2 && (row - y) ** 2 + (column - x) ** 2 > (reach + 0.35) ** 2) continue
      const at = row * SIDE + column
      my.now[at] = { grey: my.mean, black: 0, white: 255, "the face": my.first[at] }[my.tone]
    }
  }
}

function draw(root, my) {
  const canvas = root.querySelector("canvas")
  const pen = canvas.getContext("2d")
  const shown = pen.createImageData(SIDE, SIDE)
  my.now.forEach((value, at) => shown.data.set([value, value, value, 255], 4 * at))
  pen.putImageData(shown, 0, 0)
  if (canvas.getRootNode().activeElement === canvas && !my.last) {
    pen.strokeStyle = "#E69F00"
    pen.strokeRect(my.cursor[0] - my.size / 2 + 0.5, my.cursor[1] - my.size / 2 + 0.5, my.size, my.size)
  }
  root.querySelectorAll("[data-tone]").forEach(button => button.setAttribute("aria-pressed", button.dataset.tone === my.tone))
  root.querySelector("output").textContent = `${my.size} pixel${my.size === 1 ? "" : "s"} wide`
  root.querySelector("[data-do=undo]").disabled = !my.undo.length
}
