mod access;
mod contract;
mod flow;
mod hostile;
mod support;
