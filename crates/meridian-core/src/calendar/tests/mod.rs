mod boundary;
mod holiday;
mod offsets;
mod week;
