module droplab/images/node/network

go 1.24.0
