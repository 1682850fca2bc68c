// Curves by epoch, drawn in place as SVG. What a person zoomed to belongs to the element and outlives new data.
const SVG = "http://www.w3.org/2000/svg"
const EDGE = { left: 46, right: 10, top: 18, bottom: 36 }
const FEWEST = 2 // Epochs that a zoom shows at least

function drawCharts(root, my) {
  while (root.children.length > my.data.charts.length) root.lastChild.remove()
  my.data.charts.forEach((chart, number) => {
    const figure = root.children[number] ?? root.appendChild(made(root, my, number))
    fill(figure, chart, my)
  })
}

function made(root, my, number) {
  const figure = document.createElement("figure")
  figure.innerHTML = '<figcaption></figcaption><div class="plot" tabindex="0" role="img"><div class="says" role="status"></div></div>'
  const plot = figure.querySelector(".plot")
  const epoch = event => {
    const box = plot.getBoundingClientRect()
    const share = (event.clientX - box.left - EDGE.left) / (box.width - EDGE.left - EDGE.right)
    const [from, to] = range(my, my.data.charts[number])
    return from + Math.min(1, Math.max(0, share)) * (to - from)
  }
  const again = () => drawCharts(root, my)
  plot.onpointerdown = event => {
    if (event.button || event.pointerType === "touch") return
    plot.setPointerCapture(event.pointerId)
    my.drag = [epoch(event), epoch(event)]
  }
  plot.onpointermove = event => {
    if (my.drag) my.drag[1] = epoch(event)
    my.at = Math.round(epoch(event))
    again()
  }
  plot.onpointerup = () => {
    const [from, to] = (my.drag ?? [0, 0]).sort((one, other) => one - other)
    my.drag = null
    if (to - from >= 0.5) zoom(my, number, from, to)
    again()
  }
  plot.onpointercancel = () => { my.drag = null; again() }
  plot.onpointerleave = () => { if (!my.drag) { my.at = null; again() } }
  plot.onblur = () => { my.at = null; again() }
  plot.ondblclick = () => { my.zoom = null; again() }
  plot.onkeydown = event => { if (key(my, number, event.key)) { event.preventDefault(); event.stopPropagation(); again() } }
  return figure
}

function range(my, chart) { return my.zoom ?? [1, chart.last] }

function zoom(my, number, from, to) {
  const last = my.data.charts[number].last
  const width = Math.min(last - 1, Math.max(FEWEST, to - from))
  const start = Math.min(Math.max(1, (from + to - width) / 2), last - width)
  my.zoom = width >= last - 1 ? null : [start, start + width]
}

function key(my, number, pressed) {
  const chart = my.data.charts[number]
  const [from, to] = range(my, chart)
  const done = chart.series[0].values.length
  const at = my.at ?? Math.min(done, Math.floor(to))
  if (pressed === "ArrowLeft" || pressed === "ArrowRight") {
    my.at = Math.min(done, Math.max(1, at + (pressed === "ArrowLeft" ? -1 : 1)))
    if (my.at < from || my.at > to) zoom(my, number, my.at - (to - from) / 2, my.at + (to - from) / 2)
  } else if (pressed === "+" || pressed === "=") zoom(my, number, at - (to - from) / 4, at + (to - from) / 4)
  else if (pressed === "-") zoom(my, number, at - (to - from), at + (to - from))
  else if (pressed === "0" || pressed === "Escape") my.zoom = null
  else return false
  return true
}

function fill(figure, chart, my) {
  const plot = figure.querySelector(".plot")
  const width = Math.max(200, plot.clientWidth), height = my.data.height
  const [from, to] = range(my, chart)
  const seen = chart.series.flatMap(one => one.values.filter((_, place) => place + 1 >= from - 1 && place + 1 <= to + 1))
  const ticks = steps(0, chart.top ?? Math.max(0.1, ...seen), 5)
  const top = chart.top ?? ticks.at(-1)
  const x = epoch => EDGE.left + (epoch - from) / (to - from) * (width - EDGE.left - EDGE.right)
  const y = value => height - EDGE.bottom - value / top * (height - EDGE.top - EDGE.bottom)
  const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, height })
  const clip = `clip-${Math.random().toString(36).slice(2)}`
  const inside = { x: EDGE.left, y: 0, width: width - EDGE.left - EDGE.right, height: height - EDGE.bottom + 3 }
  svg.append(node("clipPath", { id: clip }, node("rect", inside)))
  axes(svg, { x, y, from, to, ticks, width, height })
  const lines = svg.appendChild(node("g", { "clip-path": `url(#${clip})` }))
  for (const mark of chart.marks) lines.append(node("line", { class: "mark", x1: x(mark.epoch), x2: x(mark.epoch), y1: EDGE.top, y2: y(0) }))
  for (const one of chart.series) lines.append(...curve(one, x, y))
  if (my.drag) {
    const [low, high] = [...my.drag].sort((one, other) => one - other)
    lines.append(node("rect", { class: "chosen", x: x(low), width: x(high) - x(low), y: EDGE.top, height: y(0) - EDGE.top }))
  }
  labels(svg, chart.marks.filter(mark => mark.epoch >= from && mark.epoch <= to), x, width)
  const done = chart.series[0].values.length
  const at = my.at === null ? null : Math.min(done, Math.max(1, my.at))
  if (at) lines.append(node("line", { class: "cursor", x1: x(at), x2: x(at), y1: EDGE.top, y2: y(0) }))
  plot.querySelector("svg")?.remove()
  plot.prepend(svg)
  say(plot, chart, at, x, width)
  caption(figure, chart, my)
  plot.setAttribute("aria-label", spoken(chart, done))
}

function axes(svg, { x, y, from, to, ticks, width, height }) {
  for (const value of ticks) {
    svg.append(node("line", { class: "grid", x1: EDGE.left, x2: width - EDGE.right, y1: y(value), y2: y(value) }))
    svg.append(node("text", { class: "quiet", x: EDGE.left - 8, y: y(value) + 4, "text-anchor": "end" }, String(+value.toFixed(3))))
  }
  const few = width < 380 ? 5 : 8
  for (const epoch of steps(Math.ceil(from), Math.floor(to), few).filter(epoch => Number.isInteger(epoch) && epoch >= from && epoch <= to && epoch > 0))
    svg.append(node("text", { class: "quiet", x: x(epoch), y: height - EDGE.bottom + 18, "text-anchor": "middle" }, String(epoch)))
  svg.append(node("text", { class: "quiet", x: (EDGE.left + width - EDGE.right) / 2, y: height - 3, "text-anchor": "middle" }, "Epoch"))
}

function curve(one, x, y) {
  const points = one.values.map((value, place) => [x(place + 1), y(value)])
  const path = points.map(([across, down], place) => `${place ? "L" : "M"}${across.toFixed(1)} ${down.toFixed(1)}`).join("")
  const parts = [node("path", { d: path, fill: "none", stroke: one.color, "stroke-width": 2, "stroke-dasharray": one.dashed ? "5 3" : "none" })]
  if (points.length <= 60) parts.push(...points.map(([across, down]) => node("circle", { cx: across, cy: down, r: 2.2, fill: one.color })))
  return parts
}

function labels(svg, marks, x, width) {
  // Where the words of two marks would meet, the later one goes a line lower
  let taken = -Infinity
  for (const mark of [...marks].sort((one, other) => one.epoch - other.epoch)) {
    const right = x(mark.epoch) + 100 < width
    const start = right ? x(mark.epoch) : x(mark.epoch) - 100
    const place = { x: x(mark.epoch) + (right ? 4 : -4), y: start < taken ? 28 : 13, "text-anchor": right ? "start" : "end" }
    taken = Math.max(taken, start + 104)
    svg.append(node("text", place, mark.says))
  }
}

function say(plot, chart, at, x, width) {
  const box = plot.querySelector(".says")
  const text = at ? `Epoch ${at}: ${chart.series.map(one => `${one.name} ${one.values[at - 1].toFixed(3)}`).join(", ")}` : ""
  if (box.textContent !== text) box.textContent = text
  if (at) box.style.left = `${Math.max(0, Math.min(x(at) + 8, width - box.offsetWidth - 4))}px`
}

function caption(figure, chart, my) {
  const line = figure.querySelector("figcaption")
  const state = JSON.stringify([chart.title, Boolean(my.zoom)])
  if (line.dataset.state === state) return
  line.dataset.state = state
  const title = document.createElement("strong")
  title.textContent = chart.title
  const keys = chart.series.map(one => {
    const entry = document.createElement("span")
    entry.className = "key"
    const sample = node("svg", { width: 26, height: 8, style: "width: 26px" },
      node("line", { x1: 0, x2: 26, y1: 4, y2: 4, stroke: one.color, "stroke-width": 2.5, "stroke-dasharray": one.dashed ? "5 3" : "none" }))
    entry.append(sample, one.name)
    return entry
  })
  line.replaceChildren(title, ...keys)
  if (my.zoom) {
    const whole = document.createElement("button")
    whole.type = "button"
    whole.textContent = "See all epochs"
    whole.onclick = () => { my.zoom = null; drawCharts(figure.parentElement, my) }
    line.append(whole)
  }
}

function spoken(chart, done) {
  if (!done) return `${chart.title}: no epoch yet`
  const last = chart.series.map(one => `${one.name} ${one.values.at(-1)}`).join(", ")
  return `${chart.title} by epoch. Epoch ${done}: ${last}. ${chart.marks.map(mark => mark.says).join(", ")}. Arrows read point by point, plus and minus zoom, 0 sees all.`
}

function steps(from, to, few) {
  const rough = Math.max(1e-9, (to - from) / few)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].find(times => times * power >= rough * 0.999) * power
  const first = Math.floor(from / step) * step
  return Array.from({ length: Math.ceil((to - first) / step - 1e-6) + 1 }, (_, number) => +(first + number * step).toFixed(10))
}

function node(name, attributes, ...inside) {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...inside)
  return element
}
