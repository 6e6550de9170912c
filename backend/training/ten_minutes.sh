#!/bin/sh
# Train where a GPU is lent for ten minutes: pictures are painted and encoded on all cores, then the UNet goes on
# from the checkpoint in RUNS/unet, if one travelled along, with the text encoders in RUNS/text. In the root of the
# repository:
#
#     sh backend/training/ten_minutes.sh RUNS
#     DEVICE=cpu STEPS=4 LARGER=1 SINGLES=61 SCENES=10 LEVELS=10 sh backend/training/ten_minutes.sh RUNS    # a trial
#
# RUNS/unet/unet.pt is kept every 100 steps, so that the time may run out at any moment.
set -eu

runs=$1
cores=$(nproc)
export PYTHONPATH=backend OMP_NUM_THREADS=1

python -m training.data.dataset --out "$runs/data" --workers "$cores" \
    --singles "${SINGLES:-3680}" --darks 0 --scenes "${SCENES:-800}" --levels "${LEVELS:-800}"
python -m training.data.latents --data "$runs/data" --out "$runs/latents" --workers "$cores" \
    --vae backend/tilebake/embedded/vae
exec python -m training.unet.train --data "$runs/latents" --text "$runs/text" --out "$runs/unet" --ranks 1 \
    --device "${DEVICE:-cuda}" --larger "${LARGER:-24}" --feeders "$((cores - 1))" --keep-every 100 \
    --steps "${STEPS:-20000}" --rate "${RATE:-1.5e-3}"
