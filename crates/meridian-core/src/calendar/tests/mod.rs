mod boundary;
mod week;
