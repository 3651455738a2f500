"""Floor 3: networks and forecasters in the formats of other tools.

Neither TensorFlow nor PyTorch is needed: Keras' files are read and written through h5py (extra
``[keras]``), PyTorch's as safetensors. What differs is the order of the gates' blocks, and how many
biases there are:

========  ==========  =========================  ==============================================
tool      LSTM        GRU                        biases
========  ==========  =========================  ==============================================
gatecast  i, f, g, o  z, r, n                    one; of a GRU's n also that of the recurrent part
Keras     i, f, c, o  z, r, h                    LSTM one; GRU two, of the input and the recurrent
PyTorch   i, f, g, o  r, z, n                    two of each, of the input and the recurrent part
ONNX      i, o, f, c  z, r, h                    two of each
========  ==========  =========================  ==============================================

Keras' ``c`` and ``h`` are the candidate, which is ``g`` and ``n`` elsewhere. Where two biases are
added before anything else is done, as of every gate but a GRU's candidate, they become their sum.
"""

from gatecast.exchange.forecaster import as_forecaster
from gatecast.exchange.keras import from_keras, to_keras
from gatecast.exchange.pytorch import from_pytorch, to_pytorch

__all__ = ["as_forecaster", "from_keras", "from_pytorch", "to_keras", "to_pytorch"]
