import {place, short} from './cluster.js';
import {confirm} from './dialogs.js';
import {count, counted, h, setText, since} from './dom.js';
import {rest} from './rest.js';

/** A gauge from 0 to 1, with a colour of its state. */
class Gauge {
  constructor(name) {
    this.fill = h('span');
    this.element = h('span', {class: 'gauge', role: 'meter', 'aria-label': name, 'aria-valuemin': 0, 'aria-valuemax': 100}, this.fill);
  }

  show(share, state, text) {
    const part = Math.round(Math.min(1, Math.max(0, share)) * 100);
    this.fill.style.width = `${part}%`;
    this.element.dataset.state = state;
    this.element.setAttribute('aria-valuenow', part);
    this.element.setAttribute('aria-valuetext', text);
  }
}

function figure(name, ...more) {
  const value = h('span', {}, '–');
  return {element: h('div', {}, h('dt', {}, name), h('dd', {}, value, more)), set: text => setText(value, text)};
}

const BADGES = {serving: 'ok', draining: 'warn', late: 'bad'};

/** One node: where it is, its lease, what it carries. */
export class NodeCard {
  state = 'serving';
  #node;
  #label;

  /** @param changed called once it drains, or takes instances again */
  constructor(changed) {
    this.name = h('h2');
    this.own = h('span', {class: 'badge', hidden: true}, 'this node');
    this.badge = h('span', {class: 'badge'});
    this.about = h('p', {class: 'hint'});
    this.leaseGauge = new Gauge('Lease');
    this.lease = figure('Lease renewed', this.leaseGauge.element);
    this.cpuGauge = new Gauge('CPU');
    this.cpu = figure('CPU', this.cpuGauge.element);
    this.instances = figure('Instances');
    this.connections = figure('Connections');
    this.button = h('button', {onclick: () => this.#toggle(changed)});
    this.element = h('li', {class: 'card'},
      h('div', {class: 'title'}, this.name, this.own, this.badge),
      this.about,
      h('dl', {class: 'figures'}, [this.instances, this.connections, this.cpu, this.lease].map(each => each.element)),
      h('div', {class: 'actions'}, this.button));
  }

  show(node, label, lease) {
    this.#node = node;
    this.#label = label;
    const late = node.silent_ms > lease / 2;
    this.state = late ? 'late' : node.draining ? 'draining' : 'serving';
    setText(this.name, label);
    this.own.hidden = !node.self;
    this.badge.dataset.state = BADGES[this.state];
    setText(this.badge, this.state);
    this.element.title = `Id ${node.id}`;
    setText(this.about, `${place(node)}, id ${short(node.id)}, up for ${since(node.started_at)}`);
    const {instances, connections, cpu} = node.load;
    this.instances.set(count(instances));
    this.connections.set(count(connections));
    const busy = `${Math.round(cpu * 100)} %`;
    this.cpu.set(busy);
    this.cpuGauge.show(cpu, cpu > .9 ? 'bad' : cpu > .7 ? 'warn' : 'ok', busy);
    const ago = node.silent_ms < 1000 ? `${node.silent_ms} ms ago` : `${(node.silent_ms / 1000).toFixed(1)} s ago`;
    this.lease.set(ago);
    this.leaseGauge.show(node.silent_ms / lease, late ? 'bad' : 'ok', late ? `late, ${ago}` : ago);
    const action = node.draining ? 'Take again' : 'Drain';
    setText(this.button, action);
    this.button.setAttribute('aria-label', node.draining ? `Let ${label} take instances again` : `Drain ${label}`);
  }

  #toggle(changed) {
    const {id, draining, load} = this.#node;
    const act = async () => {
      await rest(draining ? 'DELETE' : 'PUT', `/nodes/${encodeURIComponent(id)}/drain`);
      changed();
    };
    if (draining) {
      confirm({
        title: `Let ${this.#label} take instances again?`,
        text: 'New instances may go to it. What it handed over does not come back at once.',
        action: 'Take again',
        act,
      });
    } else {
      confirm({
        title: `Drain ${this.#label}?`,
        text: `It takes no more instances and hands its own over to other nodes (${counted(load.instances, 'instance')} now), while its connections stay open.`,
        action: 'Drain',
        act,
      });
    }
  }
}
